import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Rooms of src/, and whom each may import: app -> features -> {player, api, ui}; player -> rtc. A feature never imports another. */
const rooms = {
  app: [],
  player: ["app", "features", "api", "ui"],
  rtc: ["app", "features", "player", "api", "ui"],
  api: ["app", "features", "player", "ui"],
  ui: ["app", "features", "player", "api"],
};
const features = ["publish", "sources", "streams", "watch"];

/** Both spellings of a way out of a room: the alias, and a climb with `..`. */
function forbidden(room) {
  return [`@/${room}`, `@/${room}/*`, `../**/${room}`, `../**/${room}/*`, `../${room}/*`, `../${room}`];
}

function wall(files, rooms, message) {
  return {
    files,
    rules: { "no-restricted-imports": ["error", { patterns: [{ group: rooms.flatMap(forbidden), message }] }] },
  };
}

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "src/api/schema.d.ts"] },
  ...tseslint.configs.recommended,
  {
    plugins: { "react-hooks": reactHooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 70, skipComments: true, skipBlankLines: true }],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  { files: ["**/*.test.{ts,tsx}", "tests/**"], rules: { "max-lines-per-function": "off", "no-console": "off" } },
  ...Object.entries(rooms)
    .filter(([, below]) => below.length > 0)
    .map(([room, below]) => wall([`src/${room}/**`], below, `${room}/ stands below: it may not look up or sideways.`)),
  ...features.map((feature) =>
    wall(
      [`src/features/${feature}/**`],
      ["app", ...features.filter((other) => other !== feature)].map((room) => (room === "app" ? room : `features/${room}`)),
      "A feature never imports another, nor the app.",
    ),
  ),
  {
    files: ["src/player/**", "src/rtc/**"],
    ignores: ["**/*.test.ts"],
    rules: { "no-restricted-syntax": ["error", { selector: "ImportDeclaration[source.value=/^react/]", message: "The player and its peer connections know no React." }] },
  },
);
