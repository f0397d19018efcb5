// Shows /openapi/v1.json without anything from outside.
"use strict";

const make = (tag, text, ...children) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  element.append(...children);
  return element;
};

const typeOf = (schema) => {
  const named = schema.$ref ?? schema.allOf?.[0].$ref;
  if (named) return named.split("/").pop();
  if (schema.type === "array") return `${typeOf(schema.items)}[]`;
  return schema.enum ? schema.enum.join(" | ") : (schema.format ?? schema.type);
};

const rows = (list) =>
  make("table", "", ...list.map(([name, type, description]) => make("tr", "", make("td", "", make("code", name)), make("td", "", make("code", type)), make("td", description))));

const fieldsOf = (document_, schema) =>
  Object.entries(document_.components.schemas[typeOf(schema)].properties).map(([name, field]) => [name, typeOf(field), field.description]);

const show = (document_) => {
  document.getElementById("about").textContent = document_.info.description;
  const groups = new Map();
  for (const [path, verbs] of Object.entries(document_.paths)) {
    for (const [verb, call] of Object.entries(verbs)) {
      const details = make("details");
      const summary = make("summary", "", make("span", verb), make("code", path), ` ${call.operationId}`);
      summary.firstChild.className = "verb";
      details.append(summary, make("p", call.summary));
      if (call.parameters.length) details.append(make("h4", "Parameters"), rows(call.parameters.map((p) => [`${p.name} (${p.in})`, typeOf(p.schema), p.description])));
      const body = call.requestBody?.content["application/json"].schema;
      if (body) details.append(make("h4", `Body: ${typeOf(body)}`), rows(fieldsOf(document_, body)));
      const answer = call.responses["200"].content["application/json"].schema;
      details.append(make("h4", `Answer: ${typeOf(answer)}`), rows(fieldsOf(document_, answer)));
      const data = body ? ` -H 'content-type: application/json' -d '{}'` : "";
      details.append(make("pre", `curl -X ${verb.toUpperCase()}${data} ${location.origin}${path}`));
      if (!groups.has(call.tags[0])) groups.set(call.tags[0], []);
      groups.get(call.tags[0]).push(details);
    }
  }
  const messages = Object.entries(document_.components.schemas).map(([name, schema]) =>
    make("details", "", make("summary", "", make("code", name)), make("p", schema.description), rows(Object.entries(schema.properties).map(([field, value]) => [field, typeOf(value), value.description]))),
  );
  document.getElementById("calls").replaceChildren(...[...groups].flatMap(([name, calls]) => [make("h2", name), ...calls]), make("h2", "Messages"), ...messages);
};

fetch("/openapi/v1.json")
  .then((answer) => answer.json())
  .then(show)
  .catch((error) => {
    document.getElementById("calls").textContent = `The description cannot be loaded: ${error}`;
  });
