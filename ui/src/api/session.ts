/** Signing in and out, the first account, and what the server says of itself. */

import { queryOptions } from "@tanstack/react-query";
import { client, path } from "./client";
import type { Configuration } from "./types";

const api = (...parts: readonly string[]) => path("api", "v1", ...parts);

export const configuration = queryOptions({
  queryKey: ["configuration"],
  queryFn: ({ signal }) => client.get<Configuration>(api("configs"), { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Whether the server has its first account. One without accounts does not know the question, and needs none. */
export async function hasAccount(signal?: AbortSignal): Promise<boolean> {
  const answer = await client.get<{ isBasicAuthInitialized: boolean }>(api("configs", "login"), {
    signal,
    isSigningIn: true,
  });
  return answer.isBasicAuthInitialized;
}

export async function signIn(username: string, password: string): Promise<void> {
  await client.post(api("login"), { json: { username, password }, isSigningIn: true });
}

export async function signOut(): Promise<void> {
  await client.post(api("logout"));
}

/** The code is what the server printed at its start; a browser on the same machine needs none. */
export async function makeAccount(username: string, password: string, code: string): Promise<void> {
  const body = { username, password, ...(code ? { code } : {}) };
  await client.post(api("main", "basicAuth"), { json: body, isSigningIn: true });
}
