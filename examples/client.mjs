// The same as client.py for Node: apply, appoint, report, and watch what becomes of it.
//
//     npm install && node client.mjs /run/jiandu
//
// takes the runtime folder. The applicant does not exist; run twice, the second run is told so.
import { randomUUID } from "node:crypto";
import { decode, encode } from "@msgpack/msgpack";
import { Dealer, Subscriber } from "zeromq";

const runtime = process.argv[2];
const division = "371000";
const intake = new Dealer({ receiveTimeout: 2000, linger: 0 });
const events = new Subscriber({ receiveTimeout: 500 });
events.subscribe(`J.${division}.report.`); // or "J." for everything
events.connect(`ipc://${runtime}/events.sock`);
intake.connect(`ipc://${runtime}/intake.sock`);

// Two frames, and one receipt. No receipt, or `busy`: send the same id again, it is recorded once.
async function ask(type, body) {
  const header = { v: 1, id: randomUUID(), type, division };
  for (let tries = 0; tries < 10; tries++) {
    await intake.send([encode(header), encode(body)]);
    for (;;) {
      const frames = await intake.receive().catch(() => null);
      if (!frames) break;
      const receipt = decode(frames[0]);
      if (receipt.id !== header.id || receipt.status === "busy") continue;
      console.log(type, receipt.status, receipt.code, receipt.entity_id ?? "", receipt.state ?? "");
      if (receipt.status === "ok") return receipt;
      console.error(receipt.text, receipt.because);
      process.exit(1);
    }
  }
  console.error(`${type}: no receipt; keep ${header.id} and try again later`);
  process.exit(1);
}

const application = await ask("application.submit", {
  name: "李示例", sex: "1", birth_date: "1990-01-01", id_no: "530902199001010013", phone: "0631-5190000",
  ethnicity: "01", political_status: "13", health: "1", employed: true, employer: "示例单位", address: "示例路2号",
  education: "21", school: "示例大学", major: "药学", photo_ref: "photo/2", signature_ref: "sign/2",
  signed_on: "2026-01-05", written_form: true, voluntary: true, unpaid_ack: true, attests_stance: true,
  attests_ability: true, declares_true_and_fit: true, declares_clean: true,
});
const decided = await ask("application.decide", { // the bureau's staff do this, when the state is `eligible`
  application: application.entity_id, decision: "appoint", department: "bureau",
});
const report = await ask("report.submit", {
  supervisor: decided.created, kind: "clue", target: "institution", category: "I1",
  nature: "irregular", text: "收费项目未公示。",
});
await ask("report.accept", { report: report.entity_id, department: report.department });

// Subscribe, ask for what was missed, merge by seq: nothing is missed and nothing counts twice.
const seen = new Map();
for (const e of (await ask("events.since", { after: report.seq - 1 })).events) seen.set(e.seq, e);
for (let frames; (frames = await events.receive().catch(() => null)); ) {
  const e = decode(frames[1]);
  seen.set(e.seq, e);
}
for (const [seq, e] of [...seen].sort(([a], [b]) => a - b))
  if (e.id === report.entity_id) console.log(seq, e.at, e.id, e.event, e.department, e.articles.join(" "));
process.exit(0);
