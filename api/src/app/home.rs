//! Start page of the service, as HTML and JSON, with its icon and the rules for crawlers.

use std::fmt::Display;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, get};
use entity::Text;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::app::routes::REGISTRATIONS;
use crate::base::error::Result;
use crate::base::public_url::{absolute, public_path};
use crate::http::{Public, Routes, page, prefers_html, reply};
use crate::resources::Registration;

const TAG: &str = "documentation";

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(get_home).service(get_favicon).service(get_robots);
}

/// What the service is, and where to begin
#[derive(Debug, Serialize, ToSchema)]
struct Home {
    /// Name of the service.
    #[schema(example = "Transferatlas")]
    title: &'static str,
    /// What the directory contains.
    description: Text,
    /// Version of the API.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Licence of the data.
    data_license: License,
    /// Licence of the software.
    software_license: License,
    /// Documentation, terms of use and state of the service.
    links: Vec<HomeLink>,
    /// The lists of the directory.
    resources: Vec<ResourceLink>,
}

/// A licence
#[derive(Debug, Serialize, ToSchema)]
struct License {
    /// Name of the licence.
    #[schema(example = "dl-de/by-2-0")]
    name: &'static str,
    /// Text of the licence.
    #[schema(example = "https://www.govdata.de/dl-de/by-2-0", format = "uri")]
    url: &'static str,
}

/// A link of the service
#[derive(Debug, Serialize, ToSchema)]
struct HomeLink {
    /// Relation type of the link, as registered with IANA.
    #[schema(example = "service-desc")]
    rel: &'static str,
    /// Path of the target.
    #[serde(serialize_with = "to_public")]
    #[schema(example = "/v1/openapi.json", format = "uri-reference")]
    href: &'static str,
    /// Media type of the target.
    #[schema(example = "application/json")]
    r#type: &'static str,
    /// Title of the target.
    title: Text,
}

/// A list of the directory
#[derive(Debug, Serialize, ToSchema)]
struct ResourceLink {
    /// Name of the resource.
    #[schema(example = "projects")]
    name: &'static str,
    /// Path of the list.
    #[serde(serialize_with = "to_public")]
    #[schema(example = "/v1/projects", format = "uri-reference")]
    href: String,
    /// Title of the resource.
    title: Text,
    /// Content of the resource.
    #[schema(example = "Model projects of the federal programme, with their municipalities.")]
    description: &'static str,
}

/// Serialises a path with the path of the public URL as prefix. `page` adds the same prefix to the links of HTML pages.
fn to_public<S: Serializer>(path: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&public_path(path))
}

fn text(de: &str, en: &str) -> Text {
    Text { de: de.to_owned(), en: Some(en.to_owned()) }
}

fn links() -> Vec<HomeLink> {
    let link = |rel, href, r#type, title| HomeLink { rel, href, r#type, title };
    vec![
        link("service-doc", "/docs/", "text/html", text("Anleitung", "Guide")),
        link("service-doc", "/docs/reference", "text/html", text("Referenz zum Ausprobieren", "Interactive reference")),
        link("service-desc", "/v1/openapi.json", "application/json", text("OpenAPI-Dokument", "OpenAPI document")),
        link("terms-of-service", "/terms", "text/html", text("Nutzungsbedingungen", "Terms of use")),
        link("help", "/problems", "text/html", text("Fehlermeldungen", "Problem types")),
        link("status", "/health/ready", "application/json", text("Zustand des Dienstes", "State of the service")),
    ]
}

impl Home {
    fn new() -> Self {
        let resource = |registration: &Registration| {
            let [de, en] = registration.resource.title;
            let name = registration.resource.collection;
            let href = format!("/v1/{name}");
            ResourceLink { name, href, title: text(de, en), description: registration.about }
        };
        Self {
            title: "Transferatlas",
            description: text(
                "Das offene Verzeichnis der Modellprojekte Smart Cities: Projekte, die Kommunen dahinter, und die \
                 Lösungen und Praxisbeispiele, die sie teilen.",
                "The open directory of Germany's Modellprojekte Smart Cities: projects, the municipalities behind them, \
                 and the solutions and practice examples that they share.",
            ),
            version: env!("CARGO_PKG_VERSION"),
            data_license: License { name: "dl-de/by-2-0", url: "https://www.govdata.de/dl-de/by-2-0" },
            software_license: License { name: "EUPL-1.2", url: "https://spdx.org/licenses/EUPL-1.2.html" },
            links: links(),
            resources: REGISTRATIONS.iter().map(resource).collect(),
        }
    }

    fn html(&self) -> String {
        let both =
            |text: &Text| format!("<span lang=\"de\">{}</span> · {}", text.de, text.en.as_deref().unwrap_or_default());
        let link = |link: &HomeLink| format!("<li><a href=\"{}\">{}</a></li>", link.href, both(&link.title));
        let resource = |resource: &ResourceLink| {
            let ResourceLink { href, title, .. } = resource;
            format!("<li><a href=\"{href}?limit=10\">{}</a></li>", both(title))
        };
        let Self { data_license: data, software_license: software, .. } = self;
        format!(
            "<p lang=\"de\">{}</p><p>{}</p>\
             <h2><span lang=\"de\">Daten</span> · Data</h2><ul>{}</ul>\
             <h2><span lang=\"de\">Beispiele</span> · Examples</h2>\
             <pre><code>curl \"{root}/v1/solutions?q=Parken&amp;limit=3\"\n\
             curl \"{root}/v1/projects?near=9.99,48.40&amp;radius_km=80&amp;fields=slug,title\"\n\
             curl \"{root}/v1/projects.geojson\"</code></pre>\
             <h2><span lang=\"de\">Dokumentation</span> · Documentation</h2><ul>{}</ul>\
             <h2><span lang=\"de\">Lizenzen</span> · Licences</h2>\
             <p><span lang=\"de\">Daten</span> · Data: <a href=\"{}\">{}</a> \
             (<span lang=\"de\">Kommunen</span> · municipalities: © Statistisches Bundesamt (Destatis), Gemeindeverzeichnis).\
             <br>Software: <a href=\"{}\">{}</a>.</p>",
            self.description.de,
            self.description.en.as_deref().unwrap_or_default(),
            self.resources.iter().map(resource).collect::<String>(),
            self.links.iter().map(link).collect::<String>(),
            data.url,
            data.name,
            software.url,
            software.name,
            root = absolute(&public_path("")),
        )
    }
}

/// Get the start page
///
/// Returns what the service is, its documentation, licences and resources: as JSON, or as an HTML page in German and English if
/// `Accept` prefers `text/html`.
#[utoipa::path(tag = TAG, responses((status = 200, description = "The service", content((Home = "application/json"), (String = "text/html")))))]
#[get("/")]
async fn get_home(req: HttpRequest) -> Result<Public> {
    let home = Home::new();
    let response = if prefers_html(req.headers()) {
        page("Modellprojekte Smart Cities", &home.html())
    } else {
        reply("application/json", &home)?
    };
    Ok(Public(response))
}

/// Icon file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
struct Icon(#[expect(dead_code, reason = "describes the response")] Vec<u8>);

/// Get the icon of the service
///
/// Returns the icon that browsers show beside the title of a page.
#[utoipa::path(tag = TAG, responses((status = 200, description = "The icon", body = inline(Icon), content_type = "image/vnd.microsoft.icon")))]
#[get("/favicon.ico")]
async fn get_favicon() -> Public {
    let icon = &include_bytes!("favicon.ico")[..];
    Public(HttpResponse::Ok().insert_header((CONTENT_TYPE, "image/vnd.microsoft.icon")).body(icon))
}

/// Get the rules for crawlers
///
/// Returns the rules for web crawlers (RFC 9309): they may read everything except the results of queries.
#[utoipa::path(tag = TAG, responses((status = 200, description = "The rules", body = String, content_type = "text/plain")))]
#[get("/robots.txt")]
async fn get_robots() -> Public {
    let rules = format!("User-agent: *\nDisallow: {}\n", public_path("/*?"));
    Public(HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; charset=utf-8")).body(rules))
}
