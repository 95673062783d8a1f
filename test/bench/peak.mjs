// Preloaded into a process to be measured: says on stderr, as it ends, the most memory that it ever held.
process.on('exit', () => console.error(`peak ${Math.ceil(process.resourceUsage().maxRSS / 1024)} MiB`));
