/** A process of its own for one subject: says its port, and its CPU time whenever it is asked. */
const { subject, ...options } = JSON.parse(process.argv[2]);
const { start } = await import(`./subjects/${subject}.mjs`);
process.on("message", () => process.send({ cpu: process.cpuUsage() }));
process.send({ port: await start(options) });
