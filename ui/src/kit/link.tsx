/** The looks of links. The links themselves are the router's, so that a middle click opens a tab. */

export const LINK = "text-accent underline-offset-2 hover:underline";

/** A link that is the name of a row or a thing: the whole name can be clicked. */
export const NAME_LINK = "font-semibold text-text underline-offset-2 hover:text-accent hover:underline";

export function OuterLink({ href, children }: { readonly href: string; readonly children: string }) {
  return (
    <a href={href} className={LINK} rel="noreferrer" target="_blank">
      {children}
    </a>
  );
}
