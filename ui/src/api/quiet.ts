/**
 * How every request is sent. The server asks browsers for a password with a header that makes them open a window of
 * their own, except for requests of a login page; so all requests say that they come from one.
 */
export const QUIET: RequestInit = {
  credentials: "same-origin",
  referrer: `${location.origin}/login`,
  referrerPolicy: "same-origin",
};
