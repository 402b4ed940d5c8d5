import createClient from "openapi-fetch";
import type { components, paths } from "./gen/openapi-fetch.d.ts";
import { type Client, course, details, perform, setting } from "./tasks.ts";

type Course = components["schemas"]["Course"];
type Problem = components["schemas"]["Problem"];

const api = createClient<paths>({
  baseUrl: setting("BASE_URL"),
  headers: { authorization: `Bearer ${setting("TOKEN")}` },
});

function found<T>(answer: { data?: T; error?: Problem; response: Response }): T {
  if (answer.data === undefined) throw new Error(answer.error?.detail ?? `status ${answer.response.status}`);
  return answer.data;
}

function stored(answer: { data?: Course; error?: Problem; response: Response }) {
  return { entry: found(answer), etag: answer.response.headers.get("etag") ?? "" };
}

const client: Client = {
  list: async (limit) => found(await api.GET("/v1/courses", { params: { query: { limit } } })),
  entry: async (key) => stored(await api.GET("/v1/courses/{key}", { params: { path: { key } } })),
  withThemes: async (theme) => found(await api.GET("/v1/courses", { params: { query: { theme } } })),
  create: async (slug, title) => stored(await api.POST("/v1/courses", { body: course(slug, title) })),
  replaceStale: async (key, etag, title) => {
    const params = { path: { key }, header: { "If-Match": etag } };
    const { error } = await api.PUT("/v1/courses/{key}", { params, body: course(key, title) });
    return details(error);
  },
  update: async (key, etag, title) => stored(await api.PATCH("/v1/courses/{key}", {
    params: { path: { key }, header: { "If-Match": etag } },
    headers: { "content-type": "application/merge-patch+json" },
    body: { title: { de: title } },
  })),
  remove: async (key, etag) => {
    const params = { path: { key }, header: { "If-Match": etag } };
    const { error } = await api.DELETE("/v1/courses/{key}", { params });
    if (error !== undefined) throw new Error(error.detail);
  },
  lines: async () => {
    const text: string = found(await api.GET("/v1/courses.ndjson", { parseAs: "text" }));
    return text.trim().split("\n").map((line): Course => JSON.parse(line));
  },
  createInvalid: async (slug, theme) => {
    const { error } = await api.POST("/v1/courses", { body: { ...course(slug, "Kurs"), themes: [theme] } });
    return details(error);
  },
};

await perform("openapi-fetch", client);
