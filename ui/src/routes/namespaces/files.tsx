/** The files of a namespace. Which one is open stands in the address. */

import { useNavigate, useSearch } from "@tanstack/react-router";
import { NamespaceFiles } from "../../features/namespacefiles/files";
import { type BodyProps, NAMESPACE_ROUTE } from "./namespace";

export function NamespaceFilesTab({ tenant, namespace }: BodyProps) {
  const { file } = useSearch({ from: NAMESPACE_ROUTE });
  const navigate = useNavigate({ from: NAMESPACE_ROUTE });
  return (
    <NamespaceFiles
      tenant={tenant}
      namespace={namespace.id}
      chosen={typeof file === "string" ? file : null}
      onChoose={(path) => void navigate({ search: path === null ? {} : { file: path } })}
    />
  );
}
