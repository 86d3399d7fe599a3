extension PageText {
  /// The part of the script that asks the server.
  static let searching = #"""
      // Reads server-sent events from a fetch, which unlike EventSource tells of refusals.
      const readEvents = async (response, onEvent) => {
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        for (;;) {
          const { value, done } = await reader.read();
          if (done) return;
          rest += value;
          let end;
          while ((end = rest.indexOf("\n\n")) >= 0) {
            const fields = Object.fromEntries(rest.slice(0, end).split("\n").map((line) => {
              const colon = line.indexOf(": ");
              return [line.slice(0, colon), line.slice(colon + 2)];
            }));
            rest = rest.slice(end + 2);
            if (fields.event) onEvent(fields.event, JSON.parse(fields.data || "{}"));
          }
        }
      };

      const failure = (error) => {
        const messages = {
          withdrawn: "This highlight was withdrawn.",
          too_many_requests: "That was a lot of searches. Wait a moment.",
          too_many_new_searches: "Many new searches are being answered. Wait a moment.",
          still_waiting: "This takes longer than usual.",
          search_failed: "This search could not be answered this time.",
        };
        byId("highlight-heading").textContent = "No answer";
        notice(words(messages, error.code, error.message || "The search did not work."),
          error.code !== "withdrawn" && error.code !== "bad_parameter");
      };

      const findVideos = async (query, signal) => {
        const response = await fetch(`/v1/videos/search?${query}`, { signal });
        if (!response.ok) return;
        const found = (await response.json()).videos || [];
        // The highlight brings videos of its own, which its citations point to.
        if (!byId("video-list").children.length) showVideos(found, new Map());
      };

      const search = async (text, locale) => {
        if (running) running.abort();
        const control = new AbortController();
        running = control;
        clear();
        byId("highlight").setAttribute("aria-busy", "true");
        document.title = `${text} – Search Highlights`;
        const query = new URLSearchParams({ q: text });
        if (locale) query.set("locale", locale);
        const began = performance.now();
        const timer = setInterval(() => {
          byId("elapsed").textContent = `${Math.round((performance.now() - began) / 1000)} s`;
        }, 1000);
        let isOver = false;
        try {
          const response = await fetch(`/v1/highlights/stream?${query}`, { signal: control.signal });
          if (!response.ok) {
            const body = await response.json().catch(() => ({}));
            failure(body.error || {});
            return;
          }
          await readEvents(response, (name, data) => {
            if (running !== control) return;
            if (name === "queued") {
              working(null);
              // It comes again when a hold is over.
              if (!byId("working").hidden) return;
              byId("elapsed").textContent = "";
              show(byId("working"), true);
              findVideos(query, control.signal).catch(() => {});
            } else if (name === "held") {
              working(data);
            } else if (name === "answered") {
              isOver = true;
              showHighlight(data);
              if (!byId("video-list").children.length) findVideos(query, control.signal).catch(() => {});
            } else if (name === "failed") {
              isOver = true;
              failure(data.error || {});
            }
          });
          if (!isOver && running === control) failure({ code: "still_waiting" });
        } catch (error) {
          if (error.name !== "AbortError" && running === control) {
            failure({ message: "The server cannot be reached." });
          }
        } finally {
          clearInterval(timer);
        }
      };

      const fromAddress = () => {
        const parameters = new URLSearchParams(location.search);
        const text = (parameters.get("q") || "").trim();
        const select = byId("locale");
        const wanted = parameters.get("locale");
        const isKnown = (tag) => [...select.options].some((option) => option.value === tag);
        if (wanted !== null) {
          if (!isKnown(wanted)) {
            const option = make("option", "", wanted);
            option.value = wanted;
            select.append(option);
          }
          select.value = wanted;
        } else {
          const own = (navigator.language || "").split("-")[0];
          if (isKnown(own)) select.value = own;
        }
        byId("q").value = text;
        if (text) search(text, select.value);
      };

      let shown = location.search;
      byId("search").addEventListener("submit", (event) => {
        event.preventDefault();
        const text = byId("q").value.trim();
        if (!text) return;
        const locale = byId("locale").value;
        const address = new URLSearchParams({ q: text, locale });
        history.pushState(null, "", `/?${address}`);
        shown = location.search;
        search(text, locale);
      });
      byId("again").addEventListener("click", () => search(byId("q").value.trim(), byId("locale").value));
      // Back from a video to the chip that led there.
      byId("video-list").addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !lastChip) return;
        unmark();
        lastChip.focus();
      });
      // A jump within the page comes here too.
      addEventListener("popstate", () => {
        if (location.search !== shown) location.reload();
      });
      fromAddress();
    })();
    """#
}
