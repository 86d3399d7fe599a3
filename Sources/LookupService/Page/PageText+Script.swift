extension PageText {
  /// What the page does.
  static let script = #"""
    "use strict";
    // Everything from the server is set as text, never as markup: what it says is inert.
    (() => {
      const byId = (id) => document.getElementById(id);
      const show = (element, isShown) => { element.hidden = !isShown; };
      const rightToLeft = new Set(["ar", "fa", "he", "iw", "ur", "ps", "dv", "yi", "ug"]);
      const reasons = {
        no_videos: "There is no video about this yet.",
        not_in_videos: "The videos found do not answer this search.",
        not_supported: "No answer could be proven from what the videos say.",
        invalid_reply: "No usable answer was written this time.",
      };
      let running = null;

      const make = (name, className, text) => {
        const element = document.createElement(name);
        if (className) element.className = className;
        if (text !== undefined) element.textContent = text;
        return element;
      };

      const clock = (ms) => {
        const seconds = Math.floor((Number(ms) || 0) / 1000);
        const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
        if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
        return parts.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
      };

      const announce = (text) => { byId("announcement").textContent = text; };

      // The language decides how text is read aloud and which way it runs.
      const speak = (element, locale) => {
        const tag = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(locale || "") ? locale : "";
        const language = tag.split("-")[0].toLowerCase();
        if (tag && language !== "und") element.lang = tag; else element.removeAttribute("lang");
        element.dir = rightToLeft.has(language) ? "rtl" : "auto";
      };

      const clear = () => {
        byId("sentences").replaceChildren();
        byId("video-list").replaceChildren();
        for (const id of ["welcome", "working", "notice", "again", "label", "stale", "videos"]) {
          show(byId(id), false);
        }
        show(byId("highlight"), true);
        byId("highlight").removeAttribute("aria-busy");
        byId("highlight-heading").textContent = "AI highlight";
      };

      const notice = (text, canRetry) => {
        show(byId("working"), false);
        byId("highlight").removeAttribute("aria-busy");
        byId("notice-text").textContent = text;
        show(byId("notice"), true);
        show(byId("again"), canRetry);
        announce(text);
      };

      const jump = (event, videoId, momentId) => {
        event.preventDefault();
        for (const old of document.querySelectorAll(".target")) old.classList.remove("target");
        const video = byId(videoId);
        if (!video) return;
        video.classList.add("target");
        const moment = byId(momentId);
        if (moment) moment.classList.add("target");
        video.focus({ preventScroll: true });
        const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
        video.scrollIntoView({ block: "start", behavior: isCalm ? "auto" : "smooth" });
      };

      const momentsOf = (highlight) => {
        const moments = new Map();
        for (const sentence of highlight.sentences || []) {
          for (const citation of sentence.citations || []) {
            const id = citation.videoId || "";
            const list = moments.get(id) || [];
            moments.set(id, list);
            const start = citation.startMs || 0;
            if (!list.some((known) => known.start === start && known.quote === citation.quote)) {
              list.push({ start, quote: citation.quote || "" });
            }
          }
        }
        for (const list of moments.values()) list.sort((left, right) => left.start - right.start);
        return moments;
      };

      const showVideos = (videos, moments) => {
        const list = byId("video-list");
        list.replaceChildren();
        videos.forEach((video, place) => {
          const item = make("li", "video");
          item.id = `video-${place}`;
          item.tabIndex = -1;
          const still = make("div", `still tone-${place % 6}`);
          still.setAttribute("aria-hidden", "true");
          if (video.durationMs) still.append(make("span", "time", clock(video.durationMs)));
          const words = make("div");
          const title = make("h3", "video-title", video.title || "Untitled video");
          title.dir = "auto";
          words.append(title);
          if (video.creator) {
            const creator = make("p", "video-creator", `@${video.creator}`);
            creator.dir = "auto";
            words.append(creator);
          }
          const said = moments.get(video.id || "") || [];
          if (said.length) {
            const quotes = make("ul", "moments");
            quotes.setAttribute("aria-label", "Quoted above");
            said.forEach((moment, number) => {
              const line = make("li", "moment");
              line.id = `video-${place}-moment-${number}`;
              line.append(make("span", "time", clock(moment.start)));
              const quote = make("q", "", moment.quote);
              quote.dir = "auto";
              line.append(quote);
              quotes.append(line);
            });
            words.append(quotes);
          }
          item.append(still, words);
          list.append(item);
        });
        show(byId("videos"), videos.length > 0);
      };

      const chip = (citation, videos, moments) => {
        const place = videos.findIndex((video) => (video.id || "") === (citation.videoId || ""));
        const video = videos[place] || {};
        const start = citation.startMs || 0;
        const said = moments.get(citation.videoId || "") || [];
        const number = said.findIndex((known) => known.start === start && known.quote === (citation.quote || ""));
        const link = make("a", "chip");
        link.href = `#video-${place}`;
        link.title = citation.quote || "";
        const title = make("span", "chip-title", video.title || "Video");
        title.dir = "auto";
        link.append(make("span", "time", clock(start)), title);
        if (video.creator) {
          const creator = make("span", "chip-creator", `@${video.creator}`);
          creator.dir = "auto";
          link.append(creator);
        }
        link.setAttribute("aria-label",
          `${video.title || "Video"}${video.creator ? `, by ${video.creator}` : ""}, at ${clock(start)}`);
        link.addEventListener("click", (event) =>
          jump(event, `video-${place}`, `video-${place}-moment-${number}`));
        const item = make("li");
        item.append(link);
        return item;
      };

      const showHighlight = (highlight) => {
        const card = byId("highlight");
        const videos = highlight.videos || [];
        const moments = momentsOf(highlight);
        show(byId("working"), false);
        card.removeAttribute("aria-busy");
        if (videos.length || moments.size) showVideos(videos, moments);
        if (highlight.status !== "STATUS_ANSWERED") {
          const isFiltered = highlight.status === "STATUS_FILTERED";
          byId("highlight-heading").textContent = "No answer";
          notice(isFiltered ? "An answer to this search may not be shown."
            : reasons[highlight.reason] || "The videos do not answer this search.", false);
          return;
        }
        const sentences = byId("sentences");
        speak(sentences, highlight.locale);
        for (const sentence of highlight.sentences || []) {
          const paragraph = make("p", "sentence", sentence.text || "");
          if (sentences.dir === "auto") paragraph.dir = "auto";
          sentences.append(paragraph);
          if (sentence.kind === "KIND_GENERAL") {
            sentences.append(make("p", "general", "General knowledge of the model, not from the videos"));
          }
          const citations = sentence.citations || [];
          if (citations.length) {
            const chips = make("ul", "chips");
            chips.setAttribute("aria-label", "Sources");
            for (const citation of citations) chips.append(chip(citation, videos, moments));
            sentences.append(chips);
          }
        }
        const provenance = highlight.provenance || {};
        const model = provenance.modelServed || provenance.modelRequested;
        const date = new Date(highlight.generatedAt || NaN);
        const parts = [highlight.label || "AI-generated from the videos below"];
        if (model) parts.push(model);
        if (!isNaN(date)) parts.push(date.toLocaleDateString(undefined, { dateStyle: "medium" }));
        byId("label").textContent = parts.join(" · ");
        show(byId("label"), true);
        show(byId("stale"), Date.parse(highlight.freshUntil || "") < Date.now());
        announce(`The highlight has ${(highlight.sentences || []).length} sentences.`);
      };

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
        notice(messages[error.code] || error.message || "The search did not work.",
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
              byId("elapsed").textContent = "";
              show(byId("working"), true);
              announce("Working on it");
              findVideos(query, control.signal).catch(() => {});
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

      byId("search").addEventListener("submit", (event) => {
        event.preventDefault();
        const text = byId("q").value.trim();
        if (!text) return;
        const locale = byId("locale").value;
        const address = new URLSearchParams({ q: text, locale });
        history.pushState(null, "", `/?${address}`);
        search(text, locale);
      });
      byId("again").addEventListener("click", () => search(byId("q").value.trim(), byId("locale").value));
      addEventListener("popstate", () => location.reload());
      fromAddress();
    })();
    """#
}
