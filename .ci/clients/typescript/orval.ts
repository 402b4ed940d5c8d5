import {
  createCourse, deleteCourse, getCourse, listCourses, listCoursesNdjson, replaceCourse, updateCourse,
  type Course,
} from "./gen/orval.ts";
import { type Client, type Stored, course, details, perform, setting } from "./tasks.ts";

// The generated functions send to paths, as a page on the host of the service would.
const send = globalThis.fetch;
globalThis.fetch = (path, options) => send(new URL(String(path), setting("BASE_URL")), options);

const authorization = `Bearer ${setting("TOKEN")}`;

interface Answer {
  status: number;
  data: unknown;
  headers: Headers;
}

function failed({ status }: Answer): Error {
  return new Error(`status ${status}`);
}

function stored(entry: Course, headers: Headers): Stored {
  return { entry, etag: headers.get("etag") ?? "" };
}

const client: Client = {
  list: async (limit) => {
    const answer = await listCourses({ limit });
    if (answer.status !== 200) throw failed(answer);
    return answer.data;
  },
  entry: async (key) => {
    const answer = await getCourse(key);
    if (answer.status !== 200) throw failed(answer);
    return stored(answer.data, answer.headers);
  },
  withThemes: async (theme) => {
    const answer = await listCourses({ theme });
    if (answer.status !== 200) throw failed(answer);
    return answer.data;
  },
  create: async (slug, title) => {
    const answer = await createCourse(course(slug, title), {}, { headers: { authorization } });
    if (answer.status !== 201) throw failed(answer);
    return stored(answer.data, answer.headers);
  },
  replaceStale: async (key, etag, title) => {
    const headers = { authorization, "if-match": etag };
    const answer = await replaceCourse(key, course(key, title), {}, { headers });
    if (answer.status !== 412) throw failed(answer);
    return details(answer.data);
  },
  update: async (key, etag, title) => {
    const headers = { authorization, "if-match": etag };
    const answer = await updateCourse(key, { title: { de: title } }, {}, { headers });
    if (answer.status !== 200) throw failed(answer);
    return stored(answer.data, answer.headers);
  },
  remove: async (key, etag) => {
    const answer = await deleteCourse(key, {}, { headers: { authorization, "if-match": etag } });
    if (answer.status !== 204) throw failed(answer);
  },
  lines: async () => {
    const answer = await listCoursesNdjson();
    if (answer.status !== 200) throw failed(answer);
    const text = await answer.stream.text();
    return text.trim().split("\n").map((line): Course => JSON.parse(line));
  },
  createInvalid: async (slug, theme) => {
    const body = { ...course(slug, "Kurs"), themes: [theme] };
    const answer = await createCourse(body, {}, { headers: { authorization } });
    if (answer.status !== 422) throw failed(answer);
    return details(answer.data);
  },
};

await perform("orval", client);
