/** What loading any module costs: the floor of a cold start. */
export const validate = () => true;
