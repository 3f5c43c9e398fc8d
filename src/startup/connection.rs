//! Client connections with deadlines.

use std::{
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep},
};

use super::{
    Limits,
    places::{Place, Places},
};

/// Most reads of one request; 64 kB in the smallest packets are half as many. A head is parsed again at each read, so
/// that a thousand bytes sent one by one would cost as much as a million.
const PIECES_MAX: usize = 512;

/// Bytes that allow one more read, for the large form of a definition.
const PIECE_BYTES: usize = 1024;

/// A client's connection. It ends when a request is late, when the client does not read its answer, or when another
/// connection needs the place.
///
/// The timeouts of actix-http cover the first head and the pause between requests. A later head, an unread body and an
/// unread answer could hold a connection for ever.
pub(super) struct Connection {
    stream: TcpStream,
    limits: Limits,
    /// Deadline of the request: until its first byte, then anew until its last.
    request: Pin<Box<Sleep>>,
    /// Reads since the last answer.
    pieces: usize,
    /// Bytes of these.
    bytes: usize,
    /// Deadline of an answer that the client does not read.
    answer: Option<Pin<Box<Sleep>>>,
    places: Rc<Places>,
    place: Rc<Place>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, limits: Limits, places: &Rc<Places>) -> Self {
        let peer = stream.peer_addr().ok().map(|peer| peer.ip());
        let (places, place) = (Rc::clone(places), places.take(peer));
        Self { stream, limits, request: Box::pin(sleep(limits.request())), pieces: 0, bytes: 0, answer: None, places, place }
    }

    fn await_request(&mut self) {
        let now = Instant::now();
        self.place.renew(now);
        self.request.as_mut().reset(now + self.limits.request());
    }

    /// True once reading has to stop. Bytes that arrived before the place was lost are still read.
    fn is_over(&mut self, arrived: bool, context: &mut Context<'_>) -> bool {
        (self.place.is_lost() && !arrived)
            || self.pieces > PIECES_MAX + self.bytes / PIECE_BYTES
            || self.request.as_mut().poll(context).is_ready()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.places.leave(&self.place);
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.place.is_looked_at_by(context);
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        let bytes = buffer.filled().len() - before;
        let arrived = bytes > 0;
        if arrived {
            this.pieces += 1;
            this.bytes += bytes;
            if this.pieces == 1 {
                this.await_request();
            }
        }
        // Reported as the client's end: reading stops, and an answer in progress is still sent.
        if this.is_over(arrived, context) {
            buffer.set_filled(before);
            return Poll::Ready(Ok(()));
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        if written.is_ready() {
            this.answer = None;
            // A connection without a place has no next request.
            if !this.place.is_lost() {
                (this.pieces, this.bytes) = (0, 0);
                this.await_request();
            }
            return written;
        }
        this.place.is_looked_at_by(context);
        if this.place.is_lost() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let limit = this.limits.answer;
        let answer = this.answer.get_or_insert_with(|| Box::pin(sleep(limit)));
        answer.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    #[actix_web::test]
    async fn a_request_in_more_pieces_than_any_client_sends_is_read_no_further() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut connection = Connection::new(listener.accept().await.unwrap().0, Limits::default(), &Rc::new(Places::new(1)));
        for _ in 0..2 {
            for _ in 0..PIECES_MAX {
                client.write_all(b"a").await.unwrap();
                assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 1);
            }
            connection.write_all(b"an answer").await.unwrap();
        }
        for _ in 0..PIECES_MAX {
            client.write_all(b"a").await.unwrap();
            connection.read_exact(&mut [0; 1]).await.unwrap();
        }
        client.write_all(b"a").await.unwrap();
        assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 0);
        assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 0);
    }

    #[actix_web::test]
    async fn a_long_form_in_whole_packets_is_read_to_its_end() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut connection = Connection::new(listener.accept().await.unwrap().0, Limits::default(), &Rc::new(Places::new(1)));
        for _ in 0..2 * PIECES_MAX {
            client.write_all(&[b'a'; PIECE_BYTES]).await.unwrap();
            connection.read_exact(&mut [0; PIECE_BYTES]).await.unwrap();
        }
    }

    #[actix_web::test]
    async fn a_connection_that_loses_its_place_is_read_no_further() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let places = Rc::new(Places::new(2));
        let connect = async || {
            let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            (client, Connection::new(listener.accept().await.unwrap().0, Limits::default(), &places))
        };
        let (mut first, mut first_here) = connect().await;
        let (_second, mut second_here) = connect().await;
        // The first byte begins a request, so that the second connection has waited longer.
        first.write_all(b"a").await.unwrap();
        first_here.read_exact(&mut [0; 1]).await.unwrap();
        let (_third, third_here) = connect().await;
        assert_eq!(second_here.read(&mut [0; 8]).await.unwrap(), 0);
        assert!(!first_here.place.is_lost() && !third_here.place.is_lost());
        drop((second_here, third_here));
        let (_fourth, _fourth_here) = connect().await;
        assert!(!first_here.place.is_lost());
    }

    #[actix_web::test]
    async fn a_request_that_had_arrived_when_its_connection_lost_its_place_is_still_read_and_no_other() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let places = Rc::new(Places::new(1));
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut connection = Connection::new(listener.accept().await.unwrap().0, Limits::default(), &places);
        client.write_all(b"a request").await.unwrap();
        connection.stream.readable().await.unwrap();
        let _next = places.take(None);
        let (mut request, mut reads) = ([0; 9], 0);
        while connection.read(&mut request).await.unwrap() > 0 {
            assert!(reads > 0 || &request == b"a request");
            reads += 1;
            connection.write_all(b"an answer").await.unwrap();
            client.write_all(b"a").await.unwrap();
            connection.stream.readable().await.unwrap();
        }
        assert_eq!(reads, PIECES_MAX);
    }
}
