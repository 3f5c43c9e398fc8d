//! Warnings about settings that work but are probably unintended.

use std::net::SocketAddr;

use super::{Settings, TrustedProxies};

impl Settings {
    /// Warnings, a line each.
    pub fn warnings(&self) -> Vec<String> {
        let is_open = !is_local(self.listen);
        let mut warnings = Vec::new();
        let mut warn = |is_so: bool, text: &dyn Fn() -> String| {
            if is_so {
                warnings.push(text());
            }
        };
        warn(is_open && !self.public_url.is_set(), &|| {
            "USHER_PUBLIC_URL is not set: forms and links in mails work only on this machine".to_owned()
        });
        warn(is_open && !self.public_url.is_https(), &|| {
            let listen = self.listen;
            format!(
                "USHER_LISTEN: pages and passwords cross the network without encryption at {listen}; listen on 127.0.0.1, or serve an https:// \
                 USHER_PUBLIC_URL through a proxy"
            )
        });
        warn(self.public_url.is_https() && self.trusted_proxies == TrustedProxies::default(), &|| {
            "USHER_TRUSTED_PROXIES is not set: behind a proxy, all requests seem to come from its address, in the log and for throttling"
                .to_owned()
        });
        let has_far_proxy = is_open && self.public_url.is_https() && self.trusted_proxies.has_another_machine();
        warn(has_far_proxy, &|| {
            let listen = self.listen;
            format!(
                "USHER_TRUSTED_PROXIES: a proxy on another machine reaches {listen} without encryption; keep the network between them \
                 private, or run the proxy on this machine"
            )
        });
        let exposed = self.mail_server.as_ref().filter(|server| server.is_exposed());
        warn(exposed.is_some(), &|| {
            let host = exposed.map(|server| &*server.host).unwrap_or_default();
            format!("USHER_SMTP_URL: mails, and the links in them, go to {host} without encryption; write smtps://, or add ?tls=required")
        });
        let database_hosts = self.database_url.clear_hosts();
        warn(!database_hosts.is_empty(), &|| {
            let build = if cfg!(feature = "postgres-tls") { "" } else { "build with `--features postgres-tls` and " };
            format!(
                "USHER_DATABASE_URL: the connection to {} may be unencrypted; {build}add sslmode=verify-full",
                database_hosts.join(", ")
            )
        });
        warn(self.metrics_listen.is_some_and(|address| !is_local(address)), &|| {
            let address = self.metrics_listen.map(|address| address.to_string()).unwrap_or_default();
            format!(
                "USHER_METRICS_LISTEN: anyone who can reach {address} can read the metrics, without encryption or a password; listen on 127.0.0.1"
            )
        });
        warnings
    }
}

fn is_local(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{ffi::OsString, io::ErrorKind};

    fn warnings(variables: &[(&str, &str)]) -> Vec<String> {
        let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        Settings::load_with(variables, |_| Err(ErrorKind::NotFound.into())).unwrap().warnings()
    }

    /// Names of the settings with a warning.
    fn named(variables: &[(&str, &str)]) -> Vec<String> {
        let warnings = warnings(variables);
        assert!(warnings.iter().all(|line| !line.contains('\n') && !line.contains("hidden")), "{warnings:?}");
        warnings.iter().map(|line| line.split([':', ' ']).next().unwrap().to_owned()).collect()
    }

    #[test]
    fn mails_in_clear_to_another_machine_are_told() {
        for url in ["smtp://mail.example.com", "smtp://192.0.2.7:2525/console", "smtp://[2001:db8::1]", "smtp://localhost.example.com"] {
            assert_eq!(named(&[("USHER_SMTP_URL", url)]), ["USHER_SMTP_URL"], "{url}");
        }
        for url in [
            "smtp://localhost",
            "smtp://LOCALHOST.:1025",
            "smtp://127.0.0.1:1025",
            "smtp://127.8.0.1",
            "smtp://[::1]",
            "smtp://mail.example.com?tls=required",
            "smtps://maya:hidden@mail.example.com",
        ] {
            assert_eq!(named(&[("USHER_SMTP_URL", url)]), [""; 0], "{url}");
        }
    }

    #[test]
    fn a_database_in_clear_on_another_machine_is_told() {
        for (url, hosts) in [
            ("postgres://usher:hidden@db.example.com/usher", "db.example.com"),
            ("postgresql://10.0.0.5:5432/usher?sslmode=prefer", "10.0.0.5"),
            ("postgres://localhost,db2:5433/usher?sslmode=disable", "db2"),
            ("postgres://[2001:db8::1]:5432/usher", "2001:db8::1"),
            ("postgres:///usher?host=db.example.com", "db.example.com"),
            ("postgres://localhost/usher?hostaddr=10.0.0.5", "10.0.0.5"),
            ("postgres://db%2Eexample.com/usher", "db.example.com"),
        ] {
            let told = warnings(&[("USHER_DATABASE_URL", url)]);
            assert!(told.len() == 1 && told[0].contains(&format!("the connection to {hosts} may be unencrypted")), "{url}: {told:?}");
            assert!(!told[0].contains("hidden"));
        }
        for url in [
            "postgres:///usher",
            "postgres://usher:hidden@localhost/usher",
            "postgres://127.0.0.1:5432,[::1]/usher",
            "postgres://%2Frun%2Fpostgresql/usher",
            "postgres:///usher?host=/run/postgresql",
            "postgres://db.example.com/usher?host=localhost",
            "postgres://db.example.com/usher?hostaddr=127.0.0.1",
            "sqlite:///srv/usher.db",
        ] {
            assert_eq!(named(&[("USHER_DATABASE_URL", url)]), [""; 0], "{url}");
        }
        if cfg!(feature = "postgres-tls") {
            for mode in ["require", "verify-ca", "verify-full"] {
                assert_eq!(named(&[("USHER_DATABASE_URL", &format!("postgres://db.example.com/usher?sslmode={mode}"))]), [""; 0]);
            }
            let both = "postgres://db.example.com/usher?sslmode=require&sslmode=disable";
            assert_eq!(named(&[("USHER_DATABASE_URL", both)]), ["USHER_DATABASE_URL"], "the last one counts");
        }
    }

    #[test]
    fn pages_in_clear_on_the_network_are_told() {
        assert_eq!(named(&[]), [""; 0]);
        assert_eq!(named(&[("USHER_LISTEN", "[::ffff:127.0.0.1]:8080")]), [""; 0]);
        assert_eq!(named(&[("USHER_LISTEN", "0.0.0.0:8080")]), ["USHER_PUBLIC_URL", "USHER_LISTEN"]);
        let local = [("USHER_LISTEN", "192.0.2.7:8080"), ("USHER_PUBLIC_URL", "http://localhost:8080")];
        assert_eq!(named(&local), ["USHER_LISTEN"]);
        let public = [("USHER_LISTEN", "0.0.0.0:8080"), ("USHER_PUBLIC_URL", "https://usher.example.com")];
        assert_eq!(named(&public), ["USHER_TRUSTED_PROXIES"]);
        for (proxies, listen, told) in [
            ("127.0.0.1,::1", "0.0.0.0:8080", &[][..]),
            ("127.0.0.0/8, ::ffff:127.0.0.0/104", "0.0.0.0:8080", &[]),
            ("10.0.0.7", "127.0.0.1:8080", &[]),
            ("10.0.0.7", "10.0.0.8:8080", &["USHER_TRUSTED_PROXIES"]),
            ("127.0.0.1, fd00::/8", "[::]:8080", &["USHER_TRUSTED_PROXIES"]),
            ("126.0.0.0/7", "0.0.0.0:8080", &["USHER_TRUSTED_PROXIES"]),
        ] {
            let settings =
                [("USHER_LISTEN", listen), ("USHER_PUBLIC_URL", "https://usher.example.com"), ("USHER_TRUSTED_PROXIES", proxies)];
            assert_eq!(named(&settings), told, "{proxies} {listen}");
        }
    }

    #[test]
    fn numbers_for_everybody_are_told() {
        assert_eq!(named(&[("USHER_METRICS_LISTEN", "[::1]:9464")]), [""; 0]);
        for address in ["0.0.0.0:9464", "[::]:9464", "192.0.2.7:9464"] {
            assert_eq!(named(&[("USHER_METRICS_LISTEN", address)]), ["USHER_METRICS_LISTEN"], "{address}");
        }
    }
}
