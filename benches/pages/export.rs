//! Export of the list: time to the first byte, and throughput.

use std::time::{Duration, Instant};

use super::{http::Connection, load::median, program::Server};

const PATH: &str = "/users-and-permissions/export";

const TIMES: usize = 5;

/// Rows after which the reader disconnects.
const ROWS: usize = 20_000;

/// Medians of several exports.
pub struct Export {
    pub first_byte: Duration,
    pub first_row: Duration,
    pub rows_per_second: f64,
}

pub fn measure(server: &Server, cookies: &str) -> Export {
    let (mut bytes, mut rows, mut each) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let (first_byte, first_row, a_row) = export(server, cookies);
        bytes.push(first_byte);
        rows.push(first_row);
        each.push(a_row);
    }
    let rows_per_second = 1.0 / median(&mut each).as_secs_f64();
    Export { first_byte: median(&mut bytes), first_row: median(&mut rows), rows_per_second }
}

fn export(server: &Server, cookies: &str) -> (Duration, Duration, Duration) {
    let (mut connection, asked) = loop {
        let mut connection = Connection::open(server.address).expect("the server listens");
        let asked = Instant::now();
        // The server may not have noticed yet that the previous reader disconnected.
        if connection.begin(PATH, cookies).expect("the export is answered").status == 200 {
            break (connection, asked);
        }
    };
    let mut piece = || connection.piece().expect("the export goes on");
    // Skips the names of the columns.
    piece();
    let first_byte = asked.elapsed();
    let mut rows = lines(&piece());
    let first_row = asked.elapsed();
    while rows < ROWS {
        match piece() {
            end if end.is_empty() => break,
            more => rows += lines(&more),
        }
    }
    let rows = u32::try_from(rows).expect("so few");
    (first_byte, first_row, asked.elapsed().saturating_sub(first_byte) / rows)
}

fn lines(piece: &[u8]) -> usize {
    piece.split(|byte| *byte == b'\n').count() - 1
}
