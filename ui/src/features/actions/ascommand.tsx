/** What a dialog does, as a command for a terminal. */

import { address, serverRoot } from "../../api/client";
import { t } from "../../i18n/text";
import { CodeBlock } from "../../kit/codeblock";

export function AsCommand({ method, path }: { readonly method: "POST" | "DELETE"; readonly path: string }) {
  const url = new URL(address(path), new URL(serverRoot(), location.href)).href;
  const text = `curl -u "$USER:$PASSWORD" -X ${method} '${url.replaceAll("'", "%27")}'`;
  return (
    <details>
      <summary className="cursor-pointer py-1">{t("action.as-command")}</summary>
      <CodeBlock label={t("action.as-command")} text={text} />
    </details>
  );
}
