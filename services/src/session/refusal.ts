import { Problem } from "@agentwire/kit/server";

/** The refusals of the session contract. One function each, so that all that look alike to a caller are alike. */
export const refuse = {
  /** An unknown session and one the caller has nothing to do with; an unknown agent and one that cannot be reached. */
  notFound: (): Problem => new Problem("not_found", "There is no such session or agent."),
  notJoined: (): Problem => new Problem("not_joined", "You have not joined this session.", { status: 403 }),
  notInvited: (): Problem =>
    new Problem("not_invited", "You have left; only a new invitation lets you back in.", { status: 409 }),
  ended: (): Problem => new Problem("session_ended", "The session has ended.", { status: 409 }),
  active: (): Problem => new Problem("session_active", "The session is active.", { status: 409 }),
  agentExists: (): Problem => new Problem("agent_exists", "The handle is taken.", { status: 409 }),
  invalid: (message: string): Problem => new Problem("invalid_request", message),
};
