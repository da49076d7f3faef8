/** A dialog that gives an order: what it will do, what it needs to know, and the command that does the same. */

import type { ReactNode } from "react";
import { executionKeys } from "../../api/executions";
import { asCommand, give, type Order } from "../../api/orders";
import type { Execution } from "../../api/types";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { CodeBlock } from "../../kit/codeblock";
import { Dialog } from "../../kit/dialog";
import { useAction } from "./run";

interface Props {
  readonly tenant: string;
  readonly title: string;
  readonly verb: string;
  /** Said when the server did it. */
  readonly done: string;
  /** `null` while something is missing. */
  readonly order: Order | null;
  readonly onClose: () => void;
  readonly onDone?: (answer: Execution | undefined) => void;
  readonly isDanger?: boolean;
  /** Names of inputs whose values are told to nobody. */
  readonly secret?: ReadonlySet<string>;
  readonly children: ReactNode;
}

export function OrderDialog(props: Props) {
  const { tenant, title, verb, done, order, onClose, isDanger = false, secret, children } = props;
  const giving = useAction({
    act: (given: Order) => give(given),
    done: () => done,
    changes: executionKeys.all(tenant),
    onDone: (answer) => {
      onClose();
      props.onDone?.(answer);
    },
  });
  const confirm = () => {
    if (order && !giving.isPending) giving.mutate(order);
  };
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button
            look={isDanger ? "danger" : "primary"}
            disabled={order === null}
            isBusy={giving.isPending}
            onClick={confirm}
          >
            {verb}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          confirm();
        }}
      >
        {children}
        {order && (
          <details>
            <summary className="cursor-pointer py-1">{t("action.as-command")}</summary>
            <CodeBlock label={t("action.as-command")} text={asCommand(order, location.origin, secret)} />
          </details>
        )}
      </form>
    </Dialog>
  );
}
