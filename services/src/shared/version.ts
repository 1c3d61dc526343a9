/** The version that every service of this package reports. */
export const VERSION = "0.1.0";
