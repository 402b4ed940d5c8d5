// Shows the document. Examples of query parameters move to the description: the form would send all of them as filters at once.
window.onload = async () => {
  const spec = await (await fetch("/openapi.json")).json();
  document.title = spec.info.title;
  for (const path of Object.values(spec.paths)) {
    for (const operation of Object.values(path)) {
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in === "query") {
          const example = [parameter.example].flat().join(", ");
          parameter.description += example && ` Example: ${example}`;
          delete parameter.example;
        }
      }
    }
  }
  window.ui = SwaggerUIBundle({ spec, dom_id: "#swagger-ui", deepLinking: true, tryItOutEnabled: true, validatorUrl: null });
};
