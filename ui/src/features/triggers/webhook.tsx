/** The address of a webhook, to copy, and a call to try it. */

import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { address } from "../../api/client";
import { executionKeys } from "../../api/executions";
import { callWebhook, type TriggerName, webhookPath } from "../../api/triggers";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { CodeBlock } from "../../kit/codeblock";
import { Field } from "../../kit/field";
import { TextArea } from "../../kit/input";
import { LINK } from "../../kit/link";
import { useAction } from "../actions/run";

interface Props {
  readonly tenant: string;
  readonly name: TriggerName;
  readonly secret: string;
}

export function WebhookCall({ tenant, name, secret }: Props) {
  const [body, setBody] = useState("{}");
  const [started, setStarted] = useState<string | null>(null);
  // A key that is an expression is known to the server alone.
  const isWritten = !secret.includes("{{");
  const relative = webhookPath(tenant, name, isWritten ? secret : "…");
  const url = new URL(address(relative), location.origin).href;
  const calling = useAction({
    act: (json: unknown) => callWebhook(relative, json),
    done: () => t("webhook.called"),
    changes: executionKeys.lists(tenant),
    onDone: (answer) => setStarted(answer?.id ?? null),
  });
  const json = readJson(body);
  return (
    <section aria-label={t("webhook.title")} className="flex flex-col gap-2">
      <h3 className="font-semibold">{t("webhook.title")}</h3>
      <CodeBlock label={t("webhook.address")} text={url} />
      <CodeBlock
        label={t("webhook.curl")}
        text={`curl -X POST -H 'Content-Type: application/json' -d '${body.replaceAll("'", "'\\''")}' '${url}'`}
      />
      {!isWritten && <p className="text-muted">{t("webhook.key-is-expression")}</p>}
      {isWritten && (
        <>
          <Field label={t("webhook.body")} errors={json === undefined ? [t("webhook.body-wrong")] : []}>
            {(tied) => <TextArea {...tied} rows={3} value={body} onChange={(event) => setBody(event.target.value)} />}
          </Field>
          <div className="flex items-center gap-3">
            <Button disabled={json === undefined} isBusy={calling.isPending} onClick={() => calling.mutate(json)}>
              {t("webhook.call")}
            </Button>
            {started && (
              <Link
                to="/$tenant/executions/$namespace/$flowId/$id/$tab"
                params={{ tenant, namespace: name.namespace, flowId: name.flowId, id: started, tab: "overview" }}
                className={`${LINK} font-mono`}
              >
                {started}
              </Link>
            )}
          </div>
        </>
      )}
    </section>
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
