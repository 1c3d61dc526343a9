import type { Tool } from "../tool.js";
import { calc } from "./calc.js";
import { echo } from "./echo.js";
import { textStats } from "./text-stats.js";
import { timeNow } from "./time-now.js";

/** The tools every registry has. Checkers try the first one with any text, so it is the one that takes any. */
export const builtinTools: readonly Tool[] = [echo, calc, timeNow, textStats];
