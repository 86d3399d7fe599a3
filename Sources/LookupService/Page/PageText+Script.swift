extension PageText {
  /// What the page does.
  static let script = showing + searching

  /// The part of the script that shows what was found.
  private static let showing = #"""
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
      // Why a search waits before it is begun.
      const holds = {
        circuit_open: "the model cannot be reached just now",
        rate_limited: "the model is busy",
        budget_spent: "the budget is used up",
        broker_unavailable: "part of the service cannot be reached",
        paused: "new highlights are paused",
      };
      let running = null;
      let lastChip = null;

      const words = (table, key, otherwise) => (Object.hasOwn(table, key) ? table[key] : otherwise);

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

      const working = (hold) => {
        const text = hold
          ? `Working on it: ${words(holds, hold.reason, "it has to wait a little")}` : "Working on it";
        const seconds = hold && hold.estimate_seconds;
        const estimate = seconds ? ` (about ${seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`})` : "";
        byId("working-text").textContent = text + estimate;
        announce(text + estimate);
      };

      const clear = () => {
        lastChip = null;
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

      const unmark = () => {
        for (const old of document.querySelectorAll(".target")) old.classList.remove("target");
      };

      const jump = (event, videoId, momentId) => {
        event.preventDefault();
        unmark();
        lastChip = event.currentTarget;
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
            : words(reasons, highlight.reason, "The videos do not answer this search."), false);
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
        const isStale = Date.parse(highlight.freshUntil || "") < Date.now();
        show(byId("stale"), isStale);
        const count = (highlight.sentences || []).length;
        announce(`The highlight has ${count} ${count === 1 ? "sentence" : "sentences"}${isStale ? " and is being refreshed" : ""}.`);
      };

    """#
}
