// Polls a job's state and says it aloud at every quarter: {state, percent, message, findings_count, next_url}.
import { t } from "./words.js";

const ENDS = new Set(["done", "failed", "selesai", "gagal", "waiting", "menunggu"]);

export function progress(section) {
  const url = section.dataset.progressUrl;
  const find = (name) => section.querySelector(`[data-progress-${name}]`);
  const bar = section.querySelector("progress");
  let said = "";
  let wait = 700;
  const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };
  const draw = (job) => {
    const percent = Math.max(0, Math.min(100, Math.round(Number(job.percent) || 0)));
    if (bar) bar.value = percent;
    put(find("percent"), `${percent}%`);
    put(find("message"), job.message ?? "");
    const findings = find("findings");
    if (findings) { findings.hidden = !job.findings_count; put(findings, `${job.findings_count ?? 0} ${findings.dataset.one ?? ""}`); }
    const line = `${job.message ?? ""} ${Math.floor(percent / 25) * 25}%`;
    if (line !== said) { said = line; put(find("live"), line); }
  };
  const poll = async () => {
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.status === 401 || answer.status === 404) { location.reload(); return; }
      const job = await answer.json();
      draw(job);
      if (job.next_url && ENDS.has(job.state)) { location.assign(job.next_url); return; }
      if (ENDS.has(job.state)) { location.reload(); return; }
      wait = Math.min(wait * 1.25, 4000);
    } catch {
      put(find("message"), t("Sambungan terputus. Pekerjaan tetap berjalan; kami coba lagi.", "Connection lost. The job goes on; we will try again."));
      wait = 5000;
    }
    setTimeout(poll, document.hidden ? 8000 : wait);
  };
  poll();
}
