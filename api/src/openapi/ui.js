// Moves the examples of optional parameters to their descriptions. Otherwise the form would send all of them.
const moveExample = (parameter) => {
  if (parameter.in === undefined || parameter.in === "path" || parameter.required) return;
  const example = [parameter.example ?? []].flat().join(", ");
  if (example) parameter.description += ` Example: ${example}`;
  delete parameter.example;
};

// The search finds operations whose method, path, summary, description or ID contains all words.
const search = (tags) => ({
  fn: {
    opsFilter: (groups, phrase) => {
      const words = phrase.toLowerCase().split(/\s+/);
      const text = (operation) =>
        ["summary", "description", "operationId"].map((name) => operation.getIn(["operation", name]) ?? "").join(" ");
      const fits = (operation) => {
        const searched = `${operation.get("method")} ${operation.get("path")} ${text(operation)}`.toLowerCase();
        return words.every((word) => searched.includes(word));
      };
      return groups
        .map((group) => group.update("operations", (operations) => operations.filter(fits)))
        .filter((group) => !group.get("operations").isEmpty());
    },
  },
  statePlugins: {
    layout: {
      wrapActions: {
        // Opens all groups once a search has three letters. Shorter searches match most operations.
        updateFilter: (original, { layoutActions }) => (words) => {
          tags.forEach(({ name }) => layoutActions.show(["operations-tag", name], words.length > 2));
          return original(words);
        },
      },
    },
  },
});

window.onload = async () => {
  const spec = await (await fetch("../v1/openapi.json")).json();
  document.title = `Reference · ${spec.info.title}`;
  const operations = Object.values(spec.paths).flatMap((path) => Object.values(path));
  [...Object.values(spec.components.parameters), ...operations.flatMap(({ parameters }) => parameters ?? [])].forEach(moveExample);
  // Swagger UI adds the search box after the call below returns.
  new MutationObserver((_, observer) => {
    const box = document.querySelector(".operation-filter-input");
    if (box !== null) {
      box.placeholder = "Search operations";
      observer.disconnect();
    }
  }).observe(document.body, { childList: true, subtree: true });
  window.ui = SwaggerUIBundle({
    spec, dom_id: "#swagger-ui", deepLinking: true, docExpansion: "none", defaultModelsExpandDepth: 0, filter: true,
    tryItOutEnabled: true, validatorUrl: null, plugins: [() => search(spec.tags)],
  });
};
