"""Performs the tasks of tasks.ts with the client that openapi-python-client generates."""

import json
import os
import uuid

from transferatlas_client import AuthenticatedClient
from transferatlas_client.api.courses import (
    create_course,
    delete_course,
    get_course,
    list_courses,
    list_courses_ndjson,
    replace_course,
    update_course,
)
from transferatlas_client.models import Course, CourseInput, CoursePage, CoursePatch, Problem, ShortText, ShortTextPatch, SummaryText
from transferatlas_client.types import Unset

client = AuthenticatedClient(base_url=os.environ["BASE_URL"], token=os.environ["TOKEN"])
SLUG = f"client-check-python-{uuid.uuid4()}"


def done(task: str) -> None:
    print(f"openapi-python-client: {task}: ok")


def page(theme: list[str]) -> CoursePage:
    answer = list_courses.sync(client=client, theme=theme)
    assert isinstance(answer, CoursePage)
    return answer


def content(slug: str, title: str) -> CourseInput:
    return CourseInput(
        slug=slug,
        title=ShortText(de=title),
        summary=SummaryText(de="Ein Kurs."),
        provider="KTS",
        language="de",
        sources=["https://example.org/kurs"],
    )


listed = list_courses.sync(client=client, limit=2)
assert isinstance(listed, CoursePage) and len(listed.items) == 2 and listed.total > 2
done("list")

entry = get_course.sync(listed.items[0].slug, client=client)
assert isinstance(entry, Course) and entry.title.de == listed.items[0].title.de
done("entry")

largest = max(page([theme]).total for theme in ("mobility", "participation"))
assert page(["mobility", "participation"]).total > largest
done("repeated keys")

created = create_course.sync_detailed(client=client, body=content(SLUG, "Erstellt"))
assert isinstance(created.parsed, Course) and created.parsed.slug == SLUG
done("create")

stale = replace_course.sync(SLUG, client=client, body=content(SLUG, "Ersetzt"), if_match='"stale"')
assert isinstance(stale, Problem) and stale.status == 412
done("412")

patch = CoursePatch(title=ShortTextPatch(de="Geändert"))
updated = update_course.sync_detailed(SLUG, client=client, body=patch, if_match=created.headers["etag"])
assert isinstance(updated.parsed, Course) and updated.parsed.title.de == "Geändert"
done("update")

lines = list_courses_ndjson.sync(client=client)
assert isinstance(lines, str)
assert any(Course.from_dict(json.loads(line)).slug == SLUG for line in lines.splitlines())
done("NDJSON")

invalid = content("client-check", "Kurs")
invalid.themes = ["no-theme"]
problem = create_course.sync(client=client, body=invalid)
assert isinstance(problem, Problem) and problem.status == 422 and not isinstance(problem.errors, Unset)
assert any(violation.pointer == "/themes/0" and violation.code for violation in problem.errors)
done("problem")

deleted = delete_course.sync_detailed(SLUG, client=client, if_match=updated.headers["etag"])
assert deleted.status_code == 204
done("delete")
