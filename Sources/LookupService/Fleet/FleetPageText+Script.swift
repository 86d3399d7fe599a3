extension FleetPageText {
  /// What the page does; ``drawing`` comes before it.
  static let script = #"""
    (() => {
      const { byId, make, gauge, sparkline, table, tiles } = draw;
      const every = 2000;
      // What this page has seen, ten minutes of it at most.
      const trails = { lag: [], flight: [] };
      const dash = "–";

      const count = (number) => (Number(number) || 0).toLocaleString();
      const rate = (number) => (Number(number) || 0).toLocaleString(undefined, { maximumFractionDigits: 1 });
      const money = (entry) => `${((Number(entry.micros) || 0) / 1e6).toLocaleString(undefined,
        { minimumFractionDigits: 2, maximumFractionDigits: 4 })} ${entry.currency}`;
      const moneys = (list) => (list && list.length ? list.map(money).join(", ") : "nothing");
      const span = (ms) => {
        if (ms === undefined || ms === null) return dash;
        if (ms < 1000) return `${Math.round(ms)} ms`;
        if (ms < 120000) return `${rate(ms / 1000)} s`;
        if (ms < 7200000) return `${Math.round(ms / 60000)} min`;
        return `${rate(ms / 3600000)} h`;
      };
      const clock = (text) => {
        const date = new Date(text || NaN);
        return isNaN(date) ? dash : date.toLocaleTimeString();
      };
      const words = (text) => String(text || "").replaceAll("_", " ");
      const sum = (list, value) => list.reduce((total, entry) => total + (Number(value(entry)) || 0), 0);
      // What is said again is not said aloud again.
      const say = (id, text) => { if (byId(id).textContent !== text) byId(id).textContent = text; };
      const bad = (text, isBad) => (isBad ? make("span", "bad", text) : text);

      const showNow = (fleet) => {
        const here = fleet.workers.filter((worker) => worker.state === "here");
        const lags = fleet.partitions.filter((partition) => partition.lag !== undefined);
        const waits = fleet.partitions.map((partition) => partition.oldestWaitMs || 0);
        const { wait, call } = fleet.times;
        tiles(byId("now"), [
          ["Ended a second", rate(fleet.throughput.perSecondOver10s),
            `${rate(fleet.throughput.perSecondOver60s)} over a minute`],
          ["In flight", count(sum(here, (worker) => worker.inFlight)),
            `of ${count(sum(here, (worker) => worker.inFlightBound))} in ${count(here.length)} workers`],
          ["Lag", lags.length ? count(sum(lags, (partition) => partition.lag)) : dash,
            `oldest waits ${span(Math.max(0, ...waits))}`],
          ["Spent, last hour", moneys(fleet.spend.lastHour), `${moneys(fleet.spend.sinceStart)} seen`],
          ["Wait for the call", wait ? span(wait.p50Ms) : dash,
            wait ? `99 % within ${span(wait.p99Ms)}` : "no call in 5 minutes"],
          ["Call", call ? span(call.p50Ms) : dash,
            call ? `99 % within ${span(call.p99Ms)}` : "no call in 5 minutes"],
          ["Dead letters", count(sum(fleet.deadLetters.reasons, (entry) => entry.last10Minutes)),
            `in 10 minutes, ${fleet.deadLetters.topics.length
              ? count(sum(fleet.deadLetters.topics, (topic) => topic.count)) : dash} kept`],
          ["Binds", words(fleet.advice.binding), `one more worker: +${count(fleet.advice.oneMorePercent)} %`],
        ]);
      };

      const showRate = (fleet) => {
        const series = fleet.throughput.series.map((value) => Number(value) || 0);
        const most = Math.max(0, ...series);
        const mean = sum(series, (value) => value) / Math.max(1, series.length);
        const text = `Searches ended a second: ${rate(series[series.length - 1])} lately, ${rate(most)} at most, `
          + `${rate(mean)} on the mean of 10 minutes`;
        sparkline(byId("rate"), series, text);
        byId("rate-words").textContent = text;
      };

      const showTrail = (name, what, value) => {
        const trail = trails[name];
        trail.push(value);
        if (trail.length > 300) trail.shift();
        const text = `${what}: ${count(value)} now, ${count(Math.max(...trail))} at most since this page was opened`;
        sparkline(byId(name), trail.length > 1 ? trail : [value, value], text);
        byId(`${name}-words`).textContent = text;
      };

      const showTrails = (fleet) => {
        const here = fleet.workers.filter((worker) => worker.state === "here");
        showTrail("lag", "Lag", sum(fleet.partitions, (partition) => partition.lag));
        showTrail("flight", "In flight", sum(here, (worker) => worker.inFlight));
      };

      const showOutcomes = (fleet) => {
        const all = Math.max(1, sum(fleet.outcomes, (entry) => entry.last10Minutes));
        table(byId("outcomes"), "Searches by how they ended",
          [["Result"], ["Reason"], ["10 minutes", true], ["Part"], ["Since start", true]],
          fleet.outcomes.map((entry) => [
            words(entry.result), words(entry.reason) || dash, count(entry.last10Minutes),
            [`${rate(entry.last10Minutes / all * 100)} %`, gauge(entry.last10Minutes, all, false)],
            count(entry.sinceStart),
          ]), "No search has ended since this server began to listen.");
      };

      const showWorkers = (fleet) => {
        table(byId("workers"), "Workers",
          [["Worker"], ["Role"], ["State"], ["Binds"], ["In flight", true], ["Partitions", true], ["Budget"]],
          fleet.workers.map((worker) => [
            worker.name, worker.role,
            bad(`${worker.state}, ${count(worker.heardSecondsAgo)} s ago`, worker.state === "gone"),
            bad(words(worker.binding), ["paused", "budget", "gateway"].includes(worker.binding)),
            [`${count(worker.inFlight)} of ${count(worker.inFlightBound)}`,
              gauge(worker.inFlight, worker.inFlightBound)],
            count(worker.partitions),
            worker.budget ? [
              `${money({ micros: worker.budget.spentMicros, currency: worker.budget.currency })} of `
                + `${money({ micros: worker.budget.limitMicros, currency: worker.budget.currency })} a ${worker.budget.period}`,
              gauge(worker.budget.spentMicros, worker.budget.limitMicros),
            ] : dash,
          ]), "No worker was heard.");
        const limits = new Map();
        for (const worker of fleet.workers.filter((worker) => worker.state === "here")) {
          for (const limit of worker.limits) {
            const name = JSON.stringify([limit.deployment, limit.dimension]);
            const known = limits.get(name) || { ...limit, allowed: 0, used: 0 };
            known.allowed += limit.allowed;
            known.used += limit.used;
            limits.set(name, known);
          }
        }
        table(byId("limits"), "Limits of the fleet, a minute",
          [["Deployment"], ["Dimension"], ["Used", true], ["Allowed", true], ["Part"]],
          [...limits.values()].map((limit) => [
            limit.deployment, words(limit.dimension), count(Math.round(limit.used)),
            count(Math.round(limit.allowed)),
            [`${limit.allowed > 0 ? rate(limit.used / limit.allowed * 100) : dash} %`,
              gauge(limit.used, limit.allowed)],
          ]));
        table(byId("holds"), "What is held",
          [["Worker"], ["Topic"], ["Reason"], ["Since"], ["Tried again"]],
          fleet.workers.flatMap((worker) => worker.holds.map((hold) => [
            worker.name, hold.topic, bad(words(hold.reason), true), clock(hold.since), clock(hold.until),
          ])));
      };

      const showPartitions = (fleet) => {
        const lags = fleet.sources.find((source) => source.source === "lags") || {};
        byId("lag-means").textContent = lags.asOf
          ? "Lag is what lies between the group's committed offset and the end of the topic."
          : "Lag is what a worker has received and not completed: offsets are not known.";
        table(byId("partitions"), "Partitions",
          [["Partition"], ["State"], ["Lag", true], ["Oldest wait", true], ["In flight", true], ["Worker"]],
          fleet.partitions.map((partition) => [
            `${partition.topic}[${partition.partition}]`,
            bad(words(partition.state) + (partition.reason ? `: ${words(partition.reason)}` : ""),
              ["held", "paused", "unowned"].includes(partition.state)),
            partition.lag === undefined ? dash
              : count(partition.lag) + (lags.asOf && partition.lagFrom === "worker" ? " received" : ""),
            span(partition.oldestWaitMs), count(partition.inFlight), partition.owner || dash,
          ]), "No partition is known.");
      };

      const showMoney = (fleet) => {
        const seen = new Map(fleet.spend.sinceStart.map((entry) => [entry.currency, entry]));
        for (const entry of fleet.spend.lastHour) {
          if (!seen.has(entry.currency)) seen.set(entry.currency, { currency: entry.currency, micros: 0 });
        }
        const hour = new Map(fleet.spend.lastHour.map((entry) => [entry.currency, entry]));
        table(byId("spend"), "Spent, as outcomes say",
          [["Currency"], ["Last hour", true], ["Seen since start", true]],
          [...seen.values()].map((entry) => [
            entry.currency, money(hour.get(entry.currency) || { currency: entry.currency, micros: 0 }), money(entry),
          ]), "Nothing was spent.");
        const { lastHour, sinceStart } = fleet.tokens;
        table(byId("tokens"), "Tokens and calls", [["What"], ["Last hour", true], ["Seen since start", true]],
          [["Input tokens", "input"], ["Output tokens", "output"], ["Wasted tokens", "wasted"], ["Calls", "calls"]]
            .map(([name, key]) => [name, count(lastHour[key]), count(sinceStart[key])]));
      };

      const showDead = (fleet) => {
        table(byId("dead"), "Dead letters by reason", [["Reason"], ["10 minutes", true], ["Since start", true]],
          fleet.deadLetters.reasons.map((entry) =>
            [words(entry.reason) || dash, count(entry.last10Minutes), count(entry.sinceStart)]),
          "None since this server began to listen.");
        table(byId("dead-topics"), "Kept for a person", [["Topic"], ["Messages", true]],
          fleet.deadLetters.topics.map((topic) => [topic.topic, count(topic.count)]));
      };

      const showSources = (fleet) => {
        table(byId("sources"), "Sources", [["Source"], ["Heard last"], ["State"]],
          fleet.sources.map((source) => [
            words(source.source), clock(source.asOf),
            source.unknownSince
              ? bad(`unknown since ${clock(source.unknownSince)}: ${source.error || ""}`, true)
              : source.asOf ? "heard" : "not heard yet",
          ]));
        const left = fleet.leftOut.workers + fleet.leftOut.partitions;
        byId("since").textContent =
          `This server listens since ${new Date(fleet.listeningSince).toLocaleString()}; what it calls seen began then.`
          + (left ? ` Left out for lack of room: ${count(fleet.leftOut.workers)} workers, `
            + `${count(fleet.leftOut.partitions)} partitions.` : "");
      };

      const show = (fleet) => {
        say("advice", fleet.advice.text);
        for (const part of [showNow, showRate, showTrails, showOutcomes, showWorkers, showPartitions,
          showMoney, showDead, showSources]) part(fleet);
        say("state", `As of ${clock(fleet.at)}`);
      };

      const trouble = (text) => {
        byId("trouble").hidden = !text;
        say("trouble", text);
      };

      const look = async () => {
        if (document.hidden) return;
        try {
          const response = await fetch("/v1/fleet", { signal: AbortSignal.timeout(10000), cache: "no-store" });
          if (!response.ok) throw new Error(`The server answers ${response.status}.`);
          show(await response.json());
          trouble("");
        } catch (error) {
          trouble(error instanceof TypeError || error.name === "TimeoutError"
            ? "The server cannot be reached: these figures are old." : error.message);
        }
      };

      const follow = async () => {
        await look();
        setTimeout(follow, every);
      };
      document.addEventListener("visibilitychange", look);
      follow();
    })();
    """#
}
