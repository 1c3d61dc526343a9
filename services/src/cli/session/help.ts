/** What the help of the session commands ends with. */
export const exitCodes = `
Exit codes:
  0  all is well
  1  it did not work: no network is running, a request was refused, nothing came in time
  2  the command was called wrongly
`;

export const examples = {
  network: `
Examples:
  $ agentwire network start                  the network \`default\` on 127.0.0.1:8723
  $ agentwire network start -n dev -p 0      another one, on a free port
  $ agentwire network status
  $ agentwire network stop --all
`,
  agent: `
Examples:
  $ agentwire agent register @acme.scout
  $ agentwire agent register @acme.helper --policy open
  $ agentwire agent list
`,
  permission: `
Examples:
  $ agentwire permission add @acme.scout @nightjar.support
  $ agentwire permission add @nightjar.support '@acme.*'
`,
  session: `
Examples:
  $ agentwire session create --as @acme.scout --invite @nightjar.support --message "Hello"
  $ agentwire session send sess_… "What about the refund?"
  $ agentwire session events sess_…
`,
  listen: `
Examples:
  $ agentwire listen --as @acme.scout
  $ agentwire listen --until session.message --timeout 60     for scripts: JSON lines where no terminal is
`,
};
