/** The services of the stack, in the order in which they start: each uses only those before it. */
export const SERVICE_NAMES = ["tool-registry", "runtime", "daemon", "session"] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

/** The port of each service; 0 takes a free one. */
export type Ports = Readonly<Record<ServiceName, number>>;

export const DEFAULT_PORTS: Ports = { runtime: 8081, "tool-registry": 8082, daemon: 8083, session: 8084 };
