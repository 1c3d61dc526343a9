/** What a run can be asked to write beside the models, which everything else refers to. */
export const artefactNames = ["models", "validators", "client", "server", "paths"] as const;

export type ArtefactName = (typeof artefactNames)[number];
export type Artefacts = ReadonlySet<ArtefactName>;

/** `paths` is for people who come from openapi-fetch, and takes longer than all the rest together. */
export const defaultArtefacts: Artefacts = new Set(["models", "validators", "client", "server"]);

export function isArtefactName(name: unknown): name is ArtefactName {
  return artefactNames.some((known) => known === name);
}
