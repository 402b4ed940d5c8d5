//! The network as `GraphML`, for tools such as Gephi and Cytoscape.

use entity::vocabulary::{EdgeKind, Vocabulary};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::dto::{Edge, Network, Node};
use crate::base::error::{Error, Result};

type Xml = Writer<Vec<u8>>;
type Written = std::io::Result<()>;

/// Attributes of nodes and edges: element, name and type.
const KEYS: [(&str, &str, &str); 10] = [
    ("node", "resource", "string"),
    ("node", "slug", "string"),
    ("node", "title", "string"),
    ("node", "federal_states", "string"),
    ("node", "lon", "double"),
    ("node", "lat", "double"),
    ("edge", "kind", "string"),
    ("edge", "symmetric", "boolean"),
    ("edge", "count", "long"),
    ("edge", "through", "string"),
];

pub(super) fn written(network: &Network) -> Result<Vec<u8>> {
    let mut xml = Writer::new(vec![]);
    document(&mut xml, network).map_err(Error::internal)?;
    Ok(xml.into_inner())
}

fn document(xml: &mut Xml, network: &Network) -> Written {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = xml.create_element("graphml").with_attribute(("xmlns", "http://graphml.graphdrawing.org/xmlns"));
    root.write_inner_content(|xml| {
        for (of, name, kind) in KEYS {
            let key = xml.create_element("key").with_attributes([("id", name), ("for", of), ("attr.name", name)]);
            key.with_attribute(("attr.type", kind)).write_empty()?;
        }
        // Some tools refuse files with both directed and undirected edges, so all edges are directed.
        let graph = xml.create_element("graph").with_attributes([("id", "transferatlas"), ("edgedefault", "directed")]);
        graph.write_inner_content(|xml| {
            network.nodes.iter().try_for_each(|one| node(xml, one))?;
            network.edges.iter().try_for_each(|one| edge(xml, one))
        })?;
        Ok(())
    })?;
    Ok(())
}

fn node(xml: &mut Xml, node: &Node) -> Written {
    let states: Vec<&str> = node.federal_states.iter().map(|state| state.value()).collect();
    let element = xml.create_element("node").with_attribute(("id", &*node.id.to_string()));
    element.write_inner_content(|xml| {
        data(xml, "resource", node.resource.0.collection)?;
        data(xml, "slug", &node.slug)?;
        data(xml, "title", &node.title.de)?;
        data(xml, "federal_states", &states.join(" "))?;
        let Some(location) = node.location else { return Ok(()) };
        data(xml, "lon", &location.lon.to_string())?;
        data(xml, "lat", &location.lat.to_string())
    })?;
    Ok(())
}

fn edge(xml: &mut Xml, edge: &Edge) -> Written {
    let is_symmetric = !matches!(edge.kind, EdgeKind::Membership | EdgeKind::Transfer);
    let (source, target) = (edge.source.to_string(), edge.target.to_string());
    let element = xml.create_element("edge").with_attributes([("source", source.as_str()), ("target", &target)]);
    element.write_inner_content(|xml| {
        data(xml, "kind", edge.kind.value())?;
        data(xml, "symmetric", &is_symmetric.to_string())?;
        data(xml, "count", &edge.count.to_string())?;
        data(xml, "through", &edge.through.join(" "))
    })?;
    Ok(())
}

fn data(xml: &mut Xml, key: &str, value: &str) -> Written {
    xml.create_element("data").with_attribute(("key", key)).write_text_content(BytesText::new(value))?;
    Ok(())
}
