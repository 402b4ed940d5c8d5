//! Terms of use of the data and the API.

use actix_web::get;

use crate::http::{Public, Routes, page};

const TAG: &str = "documentation";

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(get_terms);
}

/// Text of the terms of use: licences, and the policy on versions and deprecation.
const TERMS: &str = "\
    <h2>Data</h2>\
    <p>The data are available under <a href=\"https://www.govdata.de/dl-de/by-2-0\">Data licence Germany – attribution – version \
    2.0</a> (dl-de/by-2-0). Every format may be copied, changed and combined with other data, also commercially, if the source is \
    named with a link to the licence and to the data, and changes are marked. Entries list the sources of their content in \
    <code>sources</code>, where they have one.</p>\
    <p>Municipalities: © Statistisches Bundesamt (Destatis), Gemeindeverzeichnis; reproduction with attribution is permitted.</p>\
    <h2>Software</h2>\
    <p>The software is licensed under the European Union Public Licence (EUPL-1.2).</p>\
    <h2 id=\"lifecycle\">Versions of the API</h2>\
    <ul>\
    <li>The path contains the version of the contract, <code>/v1</code>. The header <code>API-Version</code> of every response and \
    <code>info.version</code> of the document contain the version of the release. Before release 1.0.0 the contract may change \
    incompatibly; the changelog lists the changes.</li>\
    <li>From release 1.0.0 on, changes add to the contract: new operations, optional parameters, members of responses, and values \
    of lists that are not documented as closed. Clients have to ignore members that they do not know.</li>\
    <li>A deprecated operation is marked in the document. Its responses have the headers <code>Deprecation</code> (RFC 9745) and, \
    as soon as its removal is scheduled, <code>Sunset</code> (RFC 8594), with a link to its replacement. It keeps working for at \
    least twelve months after its deprecation.</li>\
    <li>The <a href=\"/v1/openapi.json\">document</a> of each version is compared with the one before each change. From \
    release 1.0.0 on, a change that can break clients requires a new version of the contract, under a new path.</li>\
    </ul>";

/// Get the terms of use
///
/// Returns an HTML page with the licences of the data and the software, and with the policy on versions and deprecation.
#[utoipa::path(tag = TAG, responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/terms")]
async fn get_terms() -> Public {
    Public(page("Terms of use", TERMS))
}
