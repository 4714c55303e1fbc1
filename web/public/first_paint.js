// Sets theme and language of <html> before the first paint. The keys are those of src/ui/theme.ts and src/ui/words/index.ts.
(function () {
  var root = document.documentElement;
  var theme = null;
  var language = null;
  try {
    theme = localStorage.getItem("eyas.theme");
    language = localStorage.getItem("eyas.language");
  } catch {
    // Storage may be forbidden; the system's choice stands.
  }
  var light = window.matchMedia && window.matchMedia("(prefers-color-scheme: light)").matches;
  root.dataset.theme = theme === "light" || theme === "dark" ? theme : light ? "light" : "dark";
  root.lang = language || (/^ko\b/i.test(navigator.language) ? "ko" : "en");
})();
