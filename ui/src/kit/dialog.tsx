/** A dialog asks one thing; a sheet shows something beside the page. Both hold the focus and give it back. */

import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { t } from "../i18n/text";
import { IconButton } from "./button";

interface Props {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** The buttons, the main one last. */
  readonly actions?: ReactNode;
}

/** The focus begins at what is asked, not at the button that closes. */
function focusFirst(event: Event): void {
  const content = event.currentTarget as HTMLElement;
  event.preventDefault();
  if (content.contains(document.activeElement)) return;
  const field = content.querySelector<HTMLElement>("[data-body] :is(input, textarea, select, button, a)");
  (field ?? content).focus();
}

/** What has the focus. An item of a menu goes away with it, so the button of the menu stands in. */
function focused(): HTMLElement | null {
  const element = document.activeElement;
  const menu = element?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  const found = menu ? document.getElementById(menu) : element;
  return found instanceof HTMLElement ? found : null;
}

/** Gives the focus back to what had it before. The primitives do so only for a button of their own. */
export function useFocusBack(isOpen: boolean): (event: Event) => void {
  const before = useRef<HTMLElement | null>(null);
  const wasOpen = useRef(false);
  // While rendering: what is shown may take the focus as soon as it is there.
  if (isOpen && !wasOpen.current) before.current = focused();
  wasOpen.current = isOpen;
  return (event) => {
    event.preventDefault();
    before.current?.focus();
  };
}

function Veil() {
  return <Radix.Overlay className="fixed inset-0 z-40 bg-veil" />;
}

function Head({ title }: { readonly title: string }) {
  return (
    <header className="flex items-center gap-2 border-border border-b py-2 pr-2 pl-4">
      <Radix.Title className="min-w-0 flex-1 truncate font-semibold text-section">{title}</Radix.Title>
      <Radix.Close asChild>
        <IconButton label={t("kit.close")} icon={<X size={16} />} />
      </Radix.Close>
    </header>
  );
}

function Actions({ children }: { readonly children: ReactNode }) {
  return <footer className="flex flex-wrap justify-end gap-2 border-border border-t px-4 py-3">{children}</footer>;
}

export function Dialog({ title, isOpen, onClose, children, actions }: Props) {
  const giveBack = useFocusBack(isOpen);
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Veil />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focusFirst}
          onCloseAutoFocus={giveBack}
          className="fixed top-[12vh] left-1/2 z-50 flex max-h-[80vh] w-[min(560px,calc(100vw-24px))] -translate-x-1/2 flex-col rounded-panel outline-none border border-border bg-bg shadow-over"
        >
          <Head title={title} />
          <div data-body className="min-h-0 flex-1 overflow-auto p-4">
            {children}
          </div>
          {actions && <Actions>{actions}</Actions>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function Sheet({ title, isOpen, onClose, children, actions }: Props) {
  const giveBack = useFocusBack(isOpen);
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Veil />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focusFirst}
          onCloseAutoFocus={giveBack}
          className="fixed inset-y-0 right-0 z-50 flex w-[min(560px,100vw)] flex-col border-border border-l bg-bg outline-none shadow-over"
        >
          <Head title={title} />
          <div data-body className="min-h-0 flex-1 overflow-auto p-4">
            {children}
          </div>
          {actions && <Actions>{actions}</Actions>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
