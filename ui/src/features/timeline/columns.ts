/** The columns that the ruler, the rows and the canvas share: what it is, when it was, how long it took. */
export const COLUMNS =
  "grid grid-cols-[minmax(180px,30%)_1fr_84px] px-4 max-narrow:grid-cols-[minmax(140px,44%)_1fr] max-narrow:px-3";
