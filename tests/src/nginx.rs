//! nginx before the service, as a reverse proxy.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::Client;
use crate::postgres::{as_nobody_special, own_folder};

/// A running `nginx`, ended when it is dropped.
pub struct Nginx {
    address: SocketAddr,
    process: Child,
    _folder: TempDir,
}

impl Nginx {
    /// Returns a free address for one.
    pub fn free_address() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port")
    }

    /// Starts one that passes requests for a path on to a service, which gets the path after `target`.
    pub fn start(address: SocketAddr, location: &str, target: &str) -> Self {
        let folder = own_folder();
        let here = folder.path().display();
        let settings = format!(
            "daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log {here}/error.log;\nevents {{}}\nhttp {{\n\
             access_log off;\nclient_body_temp_path {here}/body;\nproxy_temp_path {here}/proxy;\n\
             fastcgi_temp_path {here}/fastcgi;\nuwsgi_temp_path {here}/uwsgi;\nscgi_temp_path {here}/scgi;\n\
             server {{ listen {address}; location {location} {{ proxy_pass {target}; proxy_http_version 1.1; }} }} }}\n"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, settings).expect("a file");
        let mut command = as_nobody_special(&program());
        command.arg("-c").arg(&file).arg("-p").arg(folder.path()).arg("-e").arg(folder.path().join("error.log"));
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("nginx");
        let nginx = Self { address, process, _folder: folder };
        for _ in 0..100 {
            if TcpStream::connect(address).is_ok() {
                return nginx;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("nginx does not listen")
    }

    /// Somebody without a token, who sends requests to it.
    pub fn anonymous(&self) -> Client {
        Client::new(self.address)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program() -> std::path::PathBuf {
    let places = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"].map(Path::new);
    let program = places.iter().find(|place| place.exists());
    program.expect("nginx, which the tests on a server need: apt-get install nginx").to_path_buf()
}
