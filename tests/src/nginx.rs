//! nginx as a reverse proxy in front of the service.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::Client;
use crate::postgres::{temporary_folder, unprivileged};

/// A running `nginx` process, ended when it is dropped.
pub struct Nginx {
    address: SocketAddr,
    process: Child,
    _folder: TempDir,
}

impl Nginx {
    /// Returns a free loopback address.
    pub fn free_address() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port")
    }

    /// Starts nginx with `proxy_pass target` for the path `location`.
    pub fn start(address: SocketAddr, location: &str, target: &str) -> Self {
        Self::with(address, &format!("location {location} {{ proxy_pass {target}; proxy_http_version 1.1; }}"), "")
    }

    /// Starts nginx in front of several instances. It tries an instance that has failed again after a second.
    pub fn balance(address: SocketAddr, instances: &[SocketAddr]) -> Self {
        let servers: Vec<_> = instances.iter().map(|instance| format!("server {instance} fail_timeout=1s;")).collect();
        let upstream = format!("upstream instances {{ {} }}\n", servers.join(" "));
        Self::with(address, "location / { proxy_pass http://instances; }", &upstream)
    }

    fn with(address: SocketAddr, location: &str, upstream: &str) -> Self {
        let folder = temporary_folder();
        let here = folder.path().display();
        let settings = format!(
            "daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log {here}/error.log;\nevents {{}}\nhttp {{\n\
             access_log off;\nclient_body_temp_path {here}/body;\nproxy_temp_path {here}/proxy;\n\
             fastcgi_temp_path {here}/fastcgi;\nuwsgi_temp_path {here}/uwsgi;\nscgi_temp_path {here}/scgi;\n\
             {upstream}server {{ listen {address}; {location} }} }}\n"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, settings).expect("a file");
        let mut command = unprivileged(&program());
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

    /// Returns a client without a token that sends its requests to nginx.
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
