//! Names from many places and in several scripts.

use std::sync::LazyLock;

use crate::domain::search::sort_key;

/// Matching first and last names. A colon precedes the form for addresses where removing accents does not give it; `_`
/// is a blank.
const LISTS: &[(&str, &str)] = &[
    (
        "Amelia Arthur Beth Callum Charlotte Daniel Edward Eleanor Freya George Hannah Harry Imogen Isaac Jack Joanna Kieran Lucy Martha Nathan Oliver \
         Poppy Rhys Sophie Theo Zara",
        "Ashworth Barnes Bennett Brooks Carter Clarke Cooper Davies Edwards Fletcher Gallagher Graham Harrison Hughes Irving Jenkins Knight Lawson \
         Marshall Nicholson O'Brien:obrien Palmer Quinn Richardson Shepherd Turner Underwood Walsh Yates",
    ),
    (
        "Anja Björn:bjoern Claudia Dieter Elke Franziska Friedrich Greta Hannes Ingrid Jonas Jürgen:juergen Käthe:kaethe Lukas Maja Matthias Nele Otto Petra Rainer \
         Sabine Sören:soeren Tobias Ulrike Wolfgang",
        "Albrecht Bauer Böhm:boehm Dietrich Engel Fischer Groß:gross Hoffmann Jäger:jaeger Keller König:koenig Lange Müller:mueller Neumann Oswald Pfeiffer \
         Richter Schäfer:schaefer Schröder:schroeder Schulze Vogel Wagner Weiß:weiss Winkler Zimmermann",
    ),
    (
        "Adèle Antoine Béatrice Benoît Camille Cécile Chloé Didier Éléonore Émile Étienne François Gaëlle Geneviève Hélène Jérôme Joël Léa Loïc Maëlys Noémie \
         Océane Raphaël Rémi Solène Théo Zoé",
        "Arnaud Bélanger Bérubé Chevalier Côté Dubois Durand Fournier Gagné Garnier Hébert Lambert Lefèvre Lemaître Mercier Moreau Noël Pelletier Perrault \
         Renaud Rousseau Simonet Tremblay Vasseur",
    ),
    (
        "Alejandro Andrés Begoña Beatriz Carmen Concepción Eduardo Elías Esperanza Fermín Guillermo Inés Íñigo Javier José Joaquín Lucía Luis Marisol Martín \
         Matías Nicolás Pilar Raúl Sofía Tomás Verónica Ximena",
        "Álvarez Cárdenas Castillo Cortés Delgado Díaz Domínguez Escobar Fernández Fuentes Gómez Gutiérrez Hernández Ibáñez Jiménez López Márquez Muñoz Núñez \
         Ortega Peña Quiñones Ramírez Sánchez Vásquez Velázquez Zúñiga",
    ),
    (
        "Antónia Beatrís Caetano Conceição Diogo Estêvão Fabrício Gonçalo Helena Iara João Leonor Luísa Márcio Nádia Otávio Patrícia Rosângela Sérgio Thaís Vinícius",
        "Almeida Araújo Assunção Barbosa Brandão Carvalho Conceição_Lima:conceicaolima Esteves Fonseca Furtado Guimarães Lourenço Magalhães Nóbrega Oliveira \
         Pinheiro Queirós Ribeiro Simões Teixeira Vasconcelos",
    ),
    (
        "Agnieszka Bartłomiej:bartlomiej Bolesław:boleslaw Celina Dorota Elżbieta Grażyna Halina Jadwiga Jarosław:jaroslaw Kacper Łucja:lucja Łukasz:lukaszek \
         Małgorzata:malgorzata Mirosława:miroslawa Paweł:pawel Stanisław:stanislaw Sławomir:slawomir Wojciech Zbigniew",
        "Adamczyk Błaszczyk:blaszczyk Chmielewski Czarnecki Dąbrowski Gołębiowski:golebiowski Jaworski Kamiński Kowalczyk Król:krol Łuczak:luczak \
         Mickiewicz Nowakowski Ostrowski Pawłowski:pawlowski Sikorski Szczepański Wiśniewski Wójcik Żak Zieliński",
    ),
    (
        "Adéla Božena Dalibor Eliška Františka Hana Jindřich Jiří Kateřina Květa Ladislav Ľubica Matěj Miloš Ondřej Přemysl Radek Růžena Šárka Štěpán Tereza Věra \
         Zdeněk Žofie",
        "Bartoš Beneš Černý Dvořák Fiala Havlíček Horák Jelínek Kučera Kříž Málek Marešová Němec Novotná Pokorný Procházka Růžička Sedláček Šimek Svoboda Šťastný \
         Urban Veselá Vlček Žižka",
    ),
    (
        "Åsa Aksel Anders Astrid Bjarne Bjørn:bjorn Dagny Eirik Elin Frøya:froya Gunnar Håkon Ingeborg Jørgen:jorgen Kåre Lærke:laerke Märta Niels Øystein:oystein \
         Ragnhild Signe Solveig Søren:sorenb Torbjörn Þóra:thora Ylva",
        "Ågren Andersen Berglund Bjørnstad:bjornstad Dahlgren Eriksson Fjellheim Gustafsson Hägglund Hansen Jónsdóttir Karlsson Kjærgaard:kjaergaard Lindqvist \
         Møller:moller Nygård Öberg Olsen Ødegård:odegard Rasmussen Sjöström Sørensen:sorensen Thorvaldsen Vestergaard",
    ),
    (
        "Aino Eero Hanneli Jukka Kaisa Lauri Marjatta Onni Päivi Riitta Tuomas Väinö Anneke Daan Femke Joost Liesbeth Maarten Noor Pieter Roos Sjoerd Willemijn",
        "Hämäläinen Järvinen Koskinen Lehtonen Mäkelä Nieminen Salminen Ylönen de_Vries:devries Hoekstra Jansen Kuipers Smeets ter_Horst:terhorst van_Dijk:vandijk \
         van_den_Berg:vandenberg Vermeulen Visser Zijlstra",
    ),
    (
        "Ayşe Barış Çağla Defne Elif Emre Fatma Gökhan Gül Hakan Işıl:isil İpek Kıvanç:kivanc Mehmet Özge Pınar:pinar Selim Şebnem Tuğba Umut Yıldız:yildiz",
        "Aydın:aydin Çelik Demir Erdoğan Güneş Işık:isik Kaya Kılıç:kilic Korkmaz Öztürk Polat Şahin Taş Uçar Ünal Yavuz Yıldırım:yildirim",
    ),
    (
        "Анна:anna Борис:boris Вера:vera Григорий:grigory Дарья:darya Елена:elena Жанна:zhanna Игорь:igor Ксения:ksenia Леонид:leonid Мария:maria Никита:nikita \
         Оксана:oksana Павел:pavel Роман:roman Світлана:svitlana Тарас:taras Юлия:yulia",
        "Бондаренко:bondarenko Волков:volkov Гончар:honchar Ермаков:yermakov Захаров:zakharov Іваненко:ivanenko Ковальчук:kovalchuk Лебедев:lebedev Морозов:morozov \
         Новиков:novikov Орлов:orlov Петренко:petrenko Соколов:sokolov Шевченко:shevchenko Яковлев:yakovlev",
    ),
    (
        "Αλέξανδρος:alexandros Βασιλική:vasiliki Γιώργος:giorgos Δήμητρα:dimitra Ελένη:eleni Ιωάννα:ioanna Κώστας:kostas Μαρία:marianthi Νίκος:nikos Σοφία:sofiag",
        "Αγγελόπουλος:angelopoulos Γεωργίου:georgiou Δημητρίου:dimitriou Καραμανλής:karamanlis Λάμπρου:lambrou Νικολαΐδης:nikolaidis Παπαδόπουλος:papadopoulos \
         Σταύρου:stavrou",
    ),
    (
        "أحمد:ahmed فاطمة:fatima خالد:khalid ليلى:layla محمد:mohammed نور:nour سارة:sara عمر:omar יעל:yael אברהם:avraham נועה:noa דוד:david",
        "الحسن:alhasan المصري:almasri حداد:haddad خوري:khoury منصور:mansour صالح:saleh כהן:cohen לוי:levi מזרחי:mizrahi פרץ:peretz",
    ),
    (
        "健太:kenta 美咲:misaki 翔:sho 葵:aoi 大輔:daisuke さくら:sakura 陽子:yoko 直樹:naoki 伟:wei 芳:fang 静:jing 磊:lei 丽:lina 强:qiang 민준:minjun 서연:seoyeon 지훈:jihoon 하은:haeun",
        "田中:tanaka 佐藤:sato 鈴木:suzuki 高橋:takahashi 渡辺:watanabe 山本:yamamoto 王:wang 李:li 张:zhang 刘:liu 陈:chen 杨:yang 김:kim 박:park 최:choi 정:jung",
    ),
    (
        "Aarav Aditi Anika Arjun Devika Farhan Gauri Ishaan Kavya Lakshmi Meera Nikhil Priya Rohan Sanjana Tanvi Vikram Yash आरती:aarti विजय:vijay প্রিয়াঙ্কা:priyanka முருகன்:murugan",
        "Banerjee Chaudhary Desai Gupta Iyer Joshi Kapoor Krishnan Mehta Nair Patel Rao Reddy Sharma Singh Srinivasan Trivedi Verma कुलकर्णी:kulkarni দাশগুপ্ত:dasgupta",
    ),
    (
        "Adaeze Amara Bongani Chidi Chukwuemeka Folasade Kofi Kwame Lerato Makena Naledi Ngozi Nkechi Olúwaṣeun Sipho Thandiwe Wanjiru Yẹmí Zanele",
        "Abubakar Adébáyọ̀ Achieng Balogun Boateng Dlamini Eze Kamau Khumalo Mbeki Mensah Mokoena Ndlovu Nwosu Okafor Okonkwo Otieno Owusu Sithole Zulu",
    ),
    (
        "Anh Bích Chí Đức:duc Dũng Hạnh Hương Khánh Linh Minh Ngọc Phượng Quỳnh Thảo Tuấn Vy Aroha Hemi Kahurangi Leilani Mele Tāne Wiremu",
        "Bùi Đặng:dang Đỗ:do Hoàng Huỳnh Lê Ngô Nguyễn Phạm Phan Trần Võ Vũ Faleolo Kahananui Ngata Parata Tūhoe Waititi",
    ),
];

/// A name, and its form for addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) shown: String,
    pub(super) ascii: String,
}

/// Matching first and last names.
#[derive(Debug)]
struct List {
    first: Vec<Name>,
    last: Vec<Name>,
}

static NAMES: LazyLock<Vec<List>> =
    LazyLock::new(|| LISTS.iter().map(|(first, last)| List { first: names(first), last: names(last) }).collect());

fn names(list: &str) -> Vec<Name> {
    let entries = list.split_whitespace().map(|entry| entry.split_once(':').unwrap_or((entry, "")));
    entries
        .map(|(shown, ascii)| Name {
            shown: shown.replace('_', " "),
            ascii: if ascii.is_empty() { letters(shown) } else { ascii.to_owned() },
        })
        .collect()
}

fn letters(name: &str) -> String {
    sort_key(name).chars().filter(char::is_ascii_alphabetic).collect()
}

/// Number of pairs of a first and a last name.
pub(super) fn pairs() -> u32 {
    u32::try_from(NAMES.iter().map(|list| list.first.len() * list.last.len()).sum::<usize>()).unwrap_or(u32::MAX)
}

/// The first and last name at `index`, of [`pairs`].
pub(super) fn pair(index: u32) -> Option<(&'static Name, &'static Name)> {
    let mut index = usize::try_from(index).ok()?;
    for List { first, last } in &*NAMES {
        let pairs = first.len() * last.len();
        if index < pairs {
            return Some((first.get(index / last.len())?, last.get(index % last.len())?));
        }
        index -= pairs;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::{email_address::EmailAddress, text::PersonName};

    #[test]
    fn every_name_can_be_one_and_no_two_people_have_one_address() {
        let mut addresses = HashSet::new();
        for index in 0..pairs() {
            let (first, last) = pair(index).unwrap();
            for name in [first, last] {
                assert_eq!(PersonName::parse(&name.shown).unwrap().as_str(), name.shown);
                assert!(!name.ascii.is_empty() && name.ascii.bytes().all(|byte| byte.is_ascii_lowercase()), "{name:?}");
            }
            let address = format!("{}.{}@example.com", first.ascii, last.ascii);
            assert!(EmailAddress::parse(&address).is_ok() && addresses.insert(address.clone()), "{address}");
        }
        assert_eq!(pair(pairs()), None);
        assert!(pairs() > 5000, "{}", pairs());
    }

    #[test]
    fn names_come_in_several_scripts() {
        for letter in ['é', 'Ж', 'Γ', 'א', 'ن', '田', '김', 'आ'] {
            let shown = LISTS.iter().any(|(first, last)| first.contains(letter) || last.contains(letter));
            assert!(shown, "{letter}");
        }
    }
}
