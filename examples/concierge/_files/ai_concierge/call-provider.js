// Calls a provider and asks for a free appointment. The voice service is named by VAPI_URL and VAPI_KEY.
const provider = process.env.PROVIDER;

async function call() {
  const answer = await fetch(`${process.env.VAPI_URL}/call`, {
    method: "POST",
    headers: { authorization: `Bearer ${process.env.VAPI_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ provider, question: "When is your next free appointment?" }),
  });
  if (!answer.ok) throw new Error(`nobody answers at ${provider}: ${answer.status}`);
  return answer.json();
}

const { slots } = await call();
console.log(`::${JSON.stringify({ outputs: { provider, slots } })}::`);
