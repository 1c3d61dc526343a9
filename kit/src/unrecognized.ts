/**
 * A text that the contract does not name: an enum value or union variant from a newer peer. It arrives
 * as itself. A `switch` that handles every known value is left with this type, and a producer cannot send
 * one by a slip of the keyboard, because no literal is assignable to it.
 */
export type Unrecognized = UnrecognizedText;

/** An enum member is a unit type, so it discriminates unions; `string & Brand` would not. Never exists at run time. */
declare enum UnrecognizedText {
  unknown = "",
}
