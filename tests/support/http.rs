//! HTTP/1.1 client for load tests, with connections that stay open.

#![allow(dead_code, unreachable_pub, reason = "each of those who share it uses its own part")]

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{IpAddr, SocketAddr, TcpStream},
    time::Duration,
};

use socket2::{Domain, Socket, Type};

/// Silence of a server that counts as failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open connection.
pub struct Connection {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
}

/// Answer of the server.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Connection {
    pub fn open(host: SocketAddr) -> io::Result<Self> {
        Self::of(TcpStream::connect(host)?, host)
    }

    /// Connects from one of this machine's own addresses, as a client of another network would.
    pub fn open_from(source: IpAddr, host: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(host), Type::STREAM, None)?;
        socket.bind(&SocketAddr::new(source, 0).into())?;
        socket.connect(&host.into())?;
        Self::of(socket.into(), host)
    }

    fn of(stream: TcpStream, host: SocketAddr) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::with_capacity(64 * 1024, stream), host })
    }

    pub fn get(&mut self, path: &str, cookies: &str) -> io::Result<Answer> {
        let answer = self.begin(path, cookies)?;
        self.whole(answer)
    }

    /// Reads the head of a chunked answer.
    pub fn begin(&mut self, path: &str, cookies: &str) -> io::Result<Answer> {
        let host = self.host;
        self.head(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\nUser-Agent: bench\r\n\r\n"))
    }

    /// Reads the next chunk; an empty one is the end.
    pub fn piece(&mut self) -> io::Result<Vec<u8>> {
        let length = usize::from_str_radix(&self.line()?, 16).map_err(|_| io::ErrorKind::InvalidData)?;
        let mut piece = vec![0; length];
        self.stream.read_exact(&mut piece)?;
        self.line()?;
        Ok(piece)
    }

    /// Posts a form. `source` is the client address that the request claims, as a proxy would.
    pub fn post(&mut self, path: &str, cookies: &str, source: &str, form: &str) -> io::Result<Answer> {
        let (host, length) = (self.host, form.len());
        let answer = self.head(&format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookies}\r\nUser-Agent: bench\r\n\
             X-Forwarded-For: {source}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
        ))?;
        self.whole(answer)
    }

    /// Sends a part of a request.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Sends a raw request, and reads the whole answer.
    pub fn send(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.write(request)?;
        let answer = self.answer()?;
        self.whole(answer)
    }

    fn head(&mut self, request: &str) -> io::Result<Answer> {
        self.write(request.as_bytes())?;
        self.answer()
    }

    fn answer(&mut self) -> io::Result<Answer> {
        let status = self.line()?.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Ok(Answer { status, headers, body: Vec::new() })
    }

    fn whole(&mut self, mut answer: Answer) -> io::Result<Answer> {
        let length = answer.header("content-length").and_then(|length| length.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        answer.body.resize(length, 0);
        self.stream.read_exact(&mut answer.body)?;
        Ok(answer)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// Cookies set by the answer, in the form of a request header.
    pub fn cookies(&self) -> String {
        let set = self.headers.iter().filter(|(name, _)| name == "set-cookie");
        set.filter_map(|(_, value)| value.split(';').next()).collect::<Vec<_>>().join("; ")
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
