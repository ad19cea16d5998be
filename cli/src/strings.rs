//! Every sentence of the program, in every language. Written by scripts/strings from core/strings.

use crate::language::Language::{English, German};
use crate::language::language;
use std::fmt::Display;

pub(crate) fn client_page() -> &'static str {
    match language() {
        English => "They use a web page.",
        German => "Die andere Seite nutzt eine Webseite.",
    }
}

pub(crate) fn client_page_of(site: impl Display) -> String {
    match language() {
        English => format!("They use a web page of {site}."),
        German => format!("Die andere Seite nutzt eine Webseite von {site}."),
    }
}

pub(crate) fn client_embedded() -> &'static str {
    match language() {
        English => "They talk from inside another website, which can read everything.",
        German => "Die andere Seite schreibt aus einer fremden Website heraus, die alles lesen kann.",
    }
}

pub(crate) fn client_embedded_at(site: impl Display) -> String {
    match language() {
        English => format!("They talk from inside {site}, which can read everything."),
        German => format!("Die andere Seite schreibt aus {site} heraus, und dort kann alles gelesen werden."),
    }
}

pub(crate) fn client_file() -> &'static str {
    match language() {
        English => "They use a page from a file.",
        German => "Die andere Seite nutzt eine Seite aus einer Datei.",
    }
}

pub(crate) fn namesake() -> &'static str {
    match language() {
        English => "You know somebody else by this name. This is another device: it is somebody else, or they have a new one. Make sure: /compare or /ask",
        German => "Du kennst schon jemanden mit diesem Namen. Das hier ist ein anderes Gerät: Es ist jemand anders, oder die Person hat ein neues. Vergewissere dich: /compare oder /ask",
    }
}

pub(crate) fn confirm_question(question: impl Display) -> String {
    match language() {
        English => format!("They ask: {question}"),
        German => format!("Die andere Seite fragt: {question}"),
    }
}

pub(crate) fn question_repeated() -> &'static str {
    match language() {
        English => "You have answered before. Each answer lets them test one guess: make sure that it is they who ask.",
        German => "Du hast schon einmal geantwortet. Mit jeder Antwort lässt sich eine Vermutung prüfen: Vergewissere dich, wer fragt.",
    }
}

pub(crate) fn unlocking() -> &'static str {
    match language() {
        English => "Making the key. This is slow on purpose.",
        German => "Der Schlüssel wird berechnet. Das ist mit Absicht langsam.",
    }
}

pub(crate) fn locking() -> &'static str {
    match language() {
        English => "Locking. This is slow on purpose.",
        German => "Es wird verschlossen. Das ist mit Absicht langsam.",
    }
}

pub(crate) fn compare_asked() -> &'static str {
    match language() {
        English => "They are asked. The symbols are shown to both when they type /compare, too.",
        German => "Die andere Seite ist gefragt. Die Symbole erscheinen bei beiden, sobald auch sie /compare eingibt.",
    }
}

pub(crate) fn compare_offered() -> &'static str {
    match language() {
        English => "They would like to compare. Type /compare to see the symbols.",
        German => "Die andere Seite möchte vergleichen. Gib /compare ein, um die Symbole zu sehen.",
    }
}

pub(crate) fn reply_taken() -> &'static str {
    match language() {
        English => "Their reply is good. Connecting.",
        German => "Der Antwortcode ist gut. Verbindung wird aufgebaut.",
    }
}

pub(crate) fn trying_harder() -> &'static str {
    match language() {
        English => "Trying more ports, where a strict network is in between. This can be asked for once.",
        German => "Es werden mehr Ports probiert, wo ein strenges Netz dazwischen ist. Das geht einmal.",
    }
}

pub(crate) fn invitation_taken() -> &'static str {
    match language() {
        English => "That is their code as it is now. Knocking there too.",
        German => "Das ist ihr Code, wie er jetzt ist. Auch dort wird angeklopft.",
    }
}

pub(crate) fn line_ipv4(opening: impl Display) -> String {
    match language() {
        English => format!("IPv4: {opening}"),
        German => format!("IPv4: {opening}"),
    }
}

pub(crate) fn line_ipv6(opening: impl Display) -> String {
    match language() {
        English => format!("IPv6: {opening}"),
        German => format!("IPv6: {opening}"),
    }
}

pub(crate) fn expected(situation: impl Display, chance: impl Display) -> String {
    match language() {
        English => format!("{situation}: {chance}."),
        German => format!("{situation}: {chance}."),
    }
}

pub(crate) fn expected_ipv6(situation: impl Display, chance: impl Display) -> String {
    match language() {
        English => format!("{situation}: {chance}, if they have IPv6 too."),
        German => format!("{situation}: {chance}, wenn sie auch IPv6 haben."),
    }
}

pub(crate) fn asked_servers(servers: impl Display) -> String {
    match language() {
        English => format!("Asked: {servers}."),
        German => format!("Gefragt: {servers}."),
    }
}

pub(crate) fn opening_absent() -> &'static str {
    match language() {
        English => "there is none here.",
        German => "gibt es hier nicht.",
    }
}

pub(crate) fn opening_silent() -> &'static str {
    match language() {
        English => "no STUN server answered. This network blocks UDP, or has no way outside.",
        German => "kein STUN-Server hat geantwortet. Dieses Netz sperrt UDP oder führt nicht nach außen.",
    }
}

pub(crate) fn opening_strict() -> &'static str {
    match language() {
        English => "the network is strict: it shows a different port to everybody, so others can hardly find this machine.",
        German => "das Netz ist streng: Es zeigt allen einen anderen Port, sodass andere diesen Rechner kaum finden.",
    }
}

pub(crate) fn opening_unknown() -> &'static str {
    match language() {
        English => "too little is known of how others see this machine.",
        German => "man weiß zu wenig darüber, wie andere diesen Rechner sehen.",
    }
}

pub(crate) fn opening_same() -> &'static str {
    match language() {
        English => "the router shows the same address to everybody, and lets in whoever this machine has sent to.",
        German => "der Router zeigt allen dieselbe Adresse und lässt herein, wem dieser Rechner etwas geschickt hat.",
    }
}

pub(crate) fn opening_public() -> &'static str {
    match language() {
        English => "the address is public. A firewall may let in only whoever this machine has sent to.",
        German => "die Adresse ist öffentlich. Eine Firewall lässt vielleicht nur herein, wem dieser Rechner etwas geschickt hat.",
    }
}

pub(crate) fn opening_open() -> &'static str {
    match language() {
        English => "others reach this machine, as the router opens a port.",
        German => "andere erreichen diesen Rechner, da der Router einen Port öffnet.",
    }
}

pub(crate) fn situation_same_network() -> &'static str {
    match language() {
        English => "With somebody in the same network",
        German => "Mit jemandem im selben Netz",
    }
}

pub(crate) fn situation_one_scan() -> &'static str {
    match language() {
        English => "With somebody elsewhere who only opens your invitation",
        German => "Mit jemandem anderswo, der nur deine Einladung öffnet",
    }
}

pub(crate) fn situation_two_scans() -> &'static str {
    match language() {
        English => "With somebody elsewhere whose reply comes back to you",
        German => "Mit jemandem anderswo, dessen Antwortcode zu dir zurückkommt",
    }
}

pub(crate) fn situation_strict_there() -> &'static str {
    match language() {
        English => "The same, if their network is strict, as mobile networks often are",
        German => "Ebenso, wenn ihr Netz streng ist, wie oft bei Mobilfunk",
    }
}

pub(crate) fn situation_same_router() -> &'static str {
    match language() {
        English => "With somebody on this router's other networks, such as its guest Wi-Fi",
        German => "Mit jemandem in anderen Netzen dieses Routers, etwa seinem Gäste-WLAN",
    }
}

pub(crate) fn chance_no() -> &'static str {
    match language() {
        English => "no",
        German => "nein",
    }
}

pub(crate) fn chance_unlikely() -> &'static str {
    match language() {
        English => "hardly",
        German => "kaum",
    }
}

pub(crate) fn chance_unknown() -> &'static str {
    match language() {
        English => "not known",
        German => "unbekannt",
    }
}

pub(crate) fn chance_likely() -> &'static str {
    match language() {
        English => "most likely",
        German => "sehr wahrscheinlich",
    }
}

pub(crate) fn chance_yes() -> &'static str {
    match language() {
        English => "yes",
        German => "ja",
    }
}

pub(crate) fn minutes(count: u64) -> String {
    match (language(), count == 1) {
        (English, true) => format!("{count} minute"),
        (English, false) => format!("{count} minutes"),
        (German, true) => format!("{count} Minute"),
        (German, false) => format!("{count} Minuten"),
    }
}

pub(crate) fn hours(count: u64) -> String {
    match (language(), count == 1) {
        (English, true) => format!("{count} hour"),
        (English, false) => format!("{count} hours"),
        (German, true) => format!("{count} Stunde"),
        (German, false) => format!("{count} Stunden"),
    }
}

pub(crate) fn days(count: u64) -> String {
    match (language(), count == 1) {
        (English, true) => format!("{count} day"),
        (English, false) => format!("{count} days"),
        (German, true) => format!("{count} Tag"),
        (German, false) => format!("{count} Tage"),
    }
}

pub(crate) fn nothing_found() -> &'static str {
    match language() {
        English => "Nothing is found. Try fewer or shorter words.",
        German => "Nichts gefunden. Versuche es mit weniger oder kürzeren Wörtern.",
    }
}

pub(crate) fn life_is_off() -> &'static str {
    match language() {
        English => "What is written from now on stays.",
        German => "Was ab jetzt geschrieben wird, bleibt.",
    }
}

pub(crate) fn contact_frozen() -> &'static str {
    match language() {
        English => "Frozen: somebody else may have come in their name or yours. Meet or compare.",
        German => "Eingefroren: Vielleicht kam jemand anders in ihrem oder deinem Namen. Trefft euch oder vergleicht.",
    }
}

pub(crate) fn about() -> &'static str {
    match language() {
        English => "Meet by a code or a link, talk and send files, with nobody in the middle",
        German => "Über Code oder Link treffen, reden und Dateien senden, ohne jemanden dazwischen",
    }
}

pub(crate) fn long_about() -> &'static str {
    match language() {
        English => "Handfast connects two devices directly and encrypts everything between them. Nobody in the middle\nis needed: one side shows a code or sends a link, the other side scans or opens it.",
        German => "Handfast verbindet zwei Geräte direkt und verschlüsselt alles zwischen ihnen.\nNiemand dazwischen wird gebraucht: Die eine Seite zeigt einen Code oder sendet\neinen Link, die andere scannt oder öffnet ihn.",
    }
}

pub(crate) fn short_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast demo                  see it work on this machine\n  handfast invite                show a code and a link, and wait\n  handfast join LINK             accept an invitation\n  handfast invitations           what waits; --resume goes on with it\n  handfast contacts              who you have met\n  handfast chat NAME             find them again, without an invitation\n  handfast listen                be there for them, and keep what they write\n  handfast export FILE           take this device along; import takes it up\n  handfast here NAME             say to them where you are, if nothing finds them\n  handfast scan picture.png      read the code in a picture\n  handfast network               see what works from this network\n  handfast serve                 serve the page, for whoever has only a browser\n  handfast page DIR --host HOST  write the page for a host of static files\n  handfast seal FILE             lock a file with a question\n  handfast open FILE.handfast    open it",
        German => "Beispiele:\n  handfast demo                  zeigt auf diesem Rechner, wie es geht\n  handfast invite                zeigt einen Code und einen Link und wartet\n  handfast join LINK             nimmt eine Einladung an\n  handfast invitations           was wartet; --resume macht damit weiter\n  handfast contacts              wen du getroffen hast\n  handfast chat NAME             findet sie wieder, ohne Einladung\n  handfast listen                ist für sie da und bewahrt auf, was sie schreiben\n  handfast export DATEI          nimmt dieses Gerät mit; import übernimmt es\n  handfast here NAME             sagt ihnen, wo du bist, wenn sonst nichts hilft\n  handfast scan bild.png         liest den Code in einem Bild\n  handfast network               zeigt, was von diesem Netz aus geht\n  handfast serve                 stellt die Seite bereit, für alle, die nur einen Browser haben\n  handfast page DIR --host HOST  schreibt die Seite für einen Host statischer Dateien\n  handfast seal DATEI            verschließt eine Datei mit einer Frage\n  handfast open DATEI.handfast   öffnet sie",
    }
}

pub(crate) fn after_help() -> &'static str {
    match language() {
        English => "Examples:\n  handfast demo                  see it work on this machine\n  handfast invite                show a code and a link, and wait\n  handfast join LINK             accept an invitation\n  handfast invitations           what waits; --resume goes on with it\n  handfast contacts              who you have met\n  handfast chat NAME             find them again, without an invitation\n  handfast listen                be there for them, and keep what they write\n  handfast export FILE           take this device along; import takes it up\n  handfast here NAME             say to them where you are, if nothing finds them\n  handfast scan picture.png      read the code in a picture\n  handfast network               see what works from this network\n  handfast serve                 serve the page, for whoever has only a browser\n  handfast page DIR --host HOST  write the page for a host of static files\n  handfast seal FILE             lock a file with a question\n  handfast open FILE.handfast    open it\n\nExit status:\n  0     all went well\n  1     nothing found (scan), or the two did not come together\n  2     the command line makes no sense\n  3     what was handed in is not what it should be, or damaged, or from a newer version\n  4     the invitation has expired or is already used\n  5     the other side cannot be reached, or there is no network\n  6     a proof failed: the other side is not who invited, or somebody may be in between\n  7     a locked file does not open: the answer is wrong, or the file was altered\n  8     a locked file asks too much of this machine\n  9     the result cannot be stored: something is there, no space, no permission\n  10    what is kept in the home folder cannot be used: damaged, newer, read-only, key missing\n  130   stopped by Ctrl-C\n\nEnvironment:\n  HANDFAST_HOME  the folder for what lasts, unless --home names one; otherwise it is where this\n             system keeps the data of programs (on Linux ~/.local/share/handfast)\n  LC_ALL, LC_MESSAGES, LANG  the language: German where it begins with de, otherwise English\n  NO_COLOR   draw codes in plain characters\n  RUST_LOG   what developers want to know, for example RUST_LOG=debug",
        German => "Beispiele:\n  handfast demo                  zeigt auf diesem Rechner, wie es geht\n  handfast invite                zeigt einen Code und einen Link und wartet\n  handfast join LINK             nimmt eine Einladung an\n  handfast invitations           was wartet; --resume macht damit weiter\n  handfast contacts              wen du getroffen hast\n  handfast chat NAME             findet sie wieder, ohne Einladung\n  handfast listen                ist für sie da und bewahrt auf, was sie schreiben\n  handfast export DATEI          nimmt dieses Gerät mit; import übernimmt es\n  handfast here NAME             sagt ihnen, wo du bist, wenn sonst nichts hilft\n  handfast scan bild.png         liest den Code in einem Bild\n  handfast network               zeigt, was von diesem Netz aus geht\n  handfast serve                 stellt die Seite bereit, für alle, die nur einen Browser haben\n  handfast page DIR --host HOST  schreibt die Seite für einen Host statischer Dateien\n  handfast seal DATEI            verschließt eine Datei mit einer Frage\n  handfast open DATEI.handfast   öffnet sie\n\nExit-Status:\n  0     alles ging gut\n  1     nichts gefunden (scan), oder die beiden kamen nicht zusammen\n  2     die Befehlszeile ergibt keinen Sinn\n  3     was angegeben wurde, ist nicht das Richtige, beschädigt oder von einer\n        neueren Version\n  4     die Einladung ist abgelaufen oder schon benutzt\n  5     die andere Seite ist nicht zu erreichen, oder es gibt kein Netz\n  6     ein Beweis schlug fehl: die andere Seite ist nicht, wer eingeladen hat,\n        oder vielleicht ist jemand dazwischen\n  7     eine verschlossene Datei öffnet sich nicht: die Antwort ist falsch, oder\n        die Datei wurde verändert\n  8     eine verschlossene Datei verlangt zu viel von diesem Rechner\n  9     das Ergebnis lässt sich nicht speichern: dort ist etwas, kein Platz, kein\n        Recht\n  10    was im eigenen Ordner liegt, ist nicht zu gebrauchen: beschädigt, neuer,\n        nur lesbar, Schlüssel fehlt\n  130   mit Strg-C beendet\n\nUmgebung:\n  HANDFAST_HOME  der Ordner für das, was bleibt, wenn --home keinen nennt; sonst\n             liegt er dort, wo dieses System die Daten von Programmen hält (unter\n             Linux ~/.local/share/handfast)\n  LC_ALL, LC_MESSAGES, LANG  die Sprache: Deutsch, wo es mit de beginnt, sonst\n             Englisch\n  NO_COLOR   Codes in einfachen Zeichen malen\n  RUST_LOG   was Entwickler wissen wollen, zum Beispiel RUST_LOG=debug",
    }
}

pub(crate) fn scan_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast scan picture.png\n  handfast scan --json *.jpg",
        German => "Beispiele:\n  handfast scan bild.png\n  handfast scan --json *.jpg",
    }
}

pub(crate) fn invite_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast invite\n  handfast invite --name Ana --expires 2h\n  handfast invite --png code.png --link-only\n  handfast invite --ask 'What was our first dog called?'\n  handfast invite --lock 'Where did we meet?' --file invitation.handfast\n  handfast invite --loopback          for a second terminal on this machine\n  handfast invite --resume            wait on, after a restart or Ctrl-C\n\nWhile it waits, paste their reply, or type the path of a picture of it. Type /harder to have more\ntried to get past a strict network, once.",
        German => "Beispiele:\n  handfast invite\n  handfast invite --name Ana --expires 2h\n  handfast invite --png code.png --link-only\n  handfast invite --ask 'Wie hieß unser erster Hund?'\n  handfast invite --lock 'Wo trafen wir uns?' --file einladung.handfast\n  handfast invite --loopback          für ein zweites Terminal auf diesem Rechner\n  handfast invite --resume            wartet weiter, nach Neustart oder Strg-C\n\nWährend es wartet, füge den Antwortcode ein oder gib den Pfad eines Bildes davon\nan. Mit /harder wird einmal mehr versucht, um an einem strengen Netz\nvorbeizukommen.",
    }
}

pub(crate) fn network_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast network\n  handfast network --no-stun --no-port-mapping   asks nobody\n  handfast network --stun stun.example.org --stun 192.0.2.1:3478\n  handfast network --json",
        German => "Beispiele:\n  handfast network\n  handfast network --no-stun --no-port-mapping   fragt niemanden\n  handfast network --stun stun.example.org --stun 192.0.2.1:3478\n  handfast network --json",
    }
}

pub(crate) fn join_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast join 'https://handfast.example/#...'\n  handfast join picture.png\n  handfast join -                     and paste the invitation\n  handfast join --resume              knock on, after a restart or Ctrl-C\n  printf 'hello\\n' | handfast join --yes LINK\n\nWhile it knocks, paste their code again where they show a new one. Type /harder to have more tried to\nget past a strict network, once.",
        German => "Beispiele:\n  handfast join 'https://handfast.example/#...'\n  handfast join bild.png\n  handfast join -                     und die Einladung einfügen\n  handfast join --resume              klopft weiter an, nach Neustart oder Strg-C\n  printf 'hallo\\n' | handfast join --yes LINK\n\nWährend es anklopft, füge ihren Code noch einmal ein, wenn die andere Seite einen\nneuen zeigt. Mit /harder wird einmal mehr versucht, um an einem strengen Netz\nvorbeizukommen.",
    }
}

pub(crate) fn invitations_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast invitations\n  handfast invitations --revoke bakotilu",
        German => "Beispiele:\n  handfast invitations\n  handfast invitations --revoke bakotilu",
    }
}

pub(crate) fn contacts_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast contacts\n  handfast contacts --rename Ben 'Ben from work'\n  handfast contacts --rename 'Ben from work' ''         # as he calls himself again\n  handfast contacts --take-files-up-to Ben 200MiB       # or 0, or usual\n  handfast contacts --block Ben\n  handfast contacts --forget Ben",
        German => "Beispiele:\n  handfast contacts\n  handfast contacts --rename Ben 'Ben (Arbeit)'\n  handfast contacts --rename 'Ben (Arbeit)' ''          # wieder, wie er sich nennt\n  handfast contacts --take-files-up-to Ben 200MiB       # oder 0, oder usual\n  handfast contacts --block Ben\n  handfast contacts --forget Ben",
    }
}

pub(crate) fn bundle_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast bundle Ben            a code and a link with what waits for Ben\n  handfast bundle Ben -o for-ben.handfast\n\nWhat you wrote while Ben was not there leaves sealed for him alone: send it by any\nmessenger, by mail or on a stick. Ben takes it in with handfast open, or pastes or\ndrops it into a chat, and what he sends back the same way says that it arrived.\nTaken in twice, it is there once.",
        German => "Beispiele:\n  handfast bundle Ben            ein Code und ein Link mit dem, was auf Ben wartet\n  handfast bundle Ben -o fuer-ben.handfast\n\nWas du geschrieben hast, während Ben nicht da war, geht versiegelt für ihn allein\nhinaus: mit einem Messenger, per Mail oder auf einem Stick. Ben nimmt es mit\nhandfast open an oder fügt es in einen Chat ein, und was er ebenso zurückschickt,\nsagt, dass es angekommen ist. Zweimal angenommen ist es einmal da.",
    }
}

pub(crate) fn option_bundle_output() -> &'static str {
    match language() {
        English => "Write it to this file, where it may be as long as it wants",
        German => "Es in diese Datei schreiben, wo es beliebig lang sein darf",
    }
}

pub(crate) fn command_bundle() -> &'static str {
    match language() {
        English => "Hand on what waits for somebody by whoever carries it",
        German => "Was auf jemanden wartet, einem Boten mitgeben",
    }
}

pub(crate) fn search_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast search lighthouse\n  handfast search --with Ben train ticket\n\nAll words have to be there, in any order and case; parts of words count too.\nNothing is written for it: your device opens what it looks at, and forgets it.",
        German => "Beispiele:\n  handfast search Leuchtturm\n  handfast search --with Ben Zug Fahrkarte\n\nAlle Wörter müssen vorkommen, gleich in welcher Reihenfolge und wie groß geschrieben;\nauch Teile von Wörtern zählen. Dafür wird nichts geschrieben: Dein Gerät öffnet,\nwas es ansieht, und vergisst es wieder.",
    }
}

pub(crate) fn option_search() -> &'static str {
    match language() {
        English => "The words to look for",
        German => "Die gesuchten Wörter",
    }
}

pub(crate) fn option_search_with() -> &'static str {
    match language() {
        English => "Look only in what was said with this contact",
        German => "Nur in dem suchen, was mit diesem Kontakt gesagt wurde",
    }
}

pub(crate) fn here_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast here Ben              show a code and a link for Ben, and look for him\n  handfast here Ben --png here.png\n\nWhere both have moved since you met, nothing tells either where the other is.\nSend the link by any messenger, or have the code scanned: only Ben can use it,\nonce, for a day and as long as this goes on. Ben opens it with handfast join.",
        German => "Beispiele:\n  handfast here Ben              zeigt einen Code und einen Link für Ben und sucht ihn\n  handfast here Ben --png hier.png\n\nSind beide seit eurem Treffen woanders, weiß keiner, wo der andere ist. Schicke\nden Link über irgendeinen Messenger, oder lass den Code scannen: nur Ben kann ihn\nbenutzen, einmal, einen Tag lang und solange das hier weiterläuft. Ben öffnet ihn\nmit handfast join.",
    }
}

pub(crate) fn chat_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast chat Ben\n\nThe two look for each other, so Ben has to do the same. Nothing has to be sent or shown: they\ntry the addresses at which they reached each other before.",
        German => "Beispiele:\n  handfast chat Ben\n\nDie beiden suchen einander, also muss Ben das Gleiche tun. Nichts muss gesendet oder gezeigt\nwerden: Sie versuchen es an den Adressen, an denen sie einander schon erreicht haben.",
    }
}

pub(crate) fn send_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast send Ben holiday.jpg notes/\n  tar c photos | handfast send Ben - --as photos.tar\n\nWhat Ben does not take now waits here, and goes on from where it was when you two are together\nagain. Beside another command it goes by the connection that is open.",
        German => "Beispiele:\n  handfast send Ben urlaub.jpg notizen/\n  tar c fotos | handfast send Ben - --as fotos.tar\n\nWas Ben jetzt nicht annimmt, wartet hier und geht dort weiter, wo es war, sobald ihr wieder\nverbunden seid. Neben einem anderen Befehl geht es über die offene Verbindung.",
    }
}

pub(crate) fn listen_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast listen                be there for everybody you have met\n  handfast listen --json --downloads ~/Downloads\n\nWhat they write is kept here, and told to them to have arrived. What was written to them\ngoes when they are here. handfast chat NAME beside it takes its place with NAME for as\nlong as you talk. Files come by themselves as far as the limits allow.",
        German => "Beispiele:\n  handfast listen                ist für alle da, die du getroffen hast\n  handfast listen --json --downloads ~/Downloads\n\nWas sie schreiben, wird hier aufbewahrt und ihnen als angekommen gemeldet. Was ihnen\ngeschrieben wurde, geht, sobald sie hier sind. handfast chat NAME daneben übernimmt NAME,\nsolange ihr redet. Dateien kommen von selbst, soweit die Grenzen es erlauben.",
    }
}

pub(crate) fn export_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast export moving.handfast\n  handfast export moving.handfast -q 'Which boat?'       an answer is needed as well\n  handfast export moving.handfast --without-messages\n\nThe file holds who you are, whom you have met and how you find each other, and what was said.\nInvitations that wait stay here. The file opens with a code that is shown once, and never with\nan answer alone.",
        German => "Beispiele:\n  handfast export umzug.handfast\n  handfast export umzug.handfast -q 'Welches Boot?'      braucht auch eine Antwort\n  handfast export umzug.handfast --without-messages\n\nIn der Datei steht, wer du bist, wen du getroffen hast, wie ihr euch findet und was gesagt wurde.\nEinladungen, die warten, bleiben hier. Sie öffnet sich mit einem Code, der einmal gezeigt wird,\nund nie mit einer Antwort allein.",
    }
}

pub(crate) fn erase_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast erase                 asks before it does\n  handfast erase --yes --home elsewhere\n\nThe key goes first, without which nothing else can be read; then whom you have met, what was\nsaid, and what had come of files that are not whole. Files that were received stay. Your\ncontacts keep what they have, and cannot reach you any more: nobody can undo this.",
        German => "Beispiele:\n  handfast erase                 fragt vorher\n  handfast erase --yes --home anderswo\n\nZuerst geht der Schlüssel, ohne den nichts anderes zu lesen ist; dann, wen du getroffen hast, was\ngesagt wurde, und was von unvollständigen Dateien da war. Empfangene Dateien bleiben. Deine\nKontakte behalten, was sie haben, und erreichen dich nicht mehr: Das macht niemand rückgängig.",
    }
}

pub(crate) fn import_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast import moving.handfast\n  handfast import moving.handfast --code-file code.txt\n  handfast import moving.handfast --home elsewhere\n\nIt is taken up only where there is no device yet. All of it is there afterwards, or nothing.",
        German => "Beispiele:\n  handfast import umzug.handfast\n  handfast import umzug.handfast --code-file code.txt\n  handfast import umzug.handfast --home anderswo\n\nÜbernommen wird sie nur, wo noch kein Gerät ist. Danach ist alles da, oder nichts.",
    }
}

pub(crate) fn demo_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast demo\n  handfast demo --two-scan\n  handfast demo --seed 7 --dir /tmp/demo --json",
        German => "Beispiele:\n  handfast demo\n  handfast demo --two-scan\n  handfast demo --seed 7 --dir /tmp/demo --json",
    }
}

pub(crate) fn seal_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast seal letter.pdf\n  handfast seal photos/ -q 'Where did we meet?' -q 'Who was there?'\n  handfast seal letter.pdf --code          a code is needed as well, sent another way\n  handfast seal letter.pdf --code --html   for somebody who has only a browser\n  handfast seal letter.pdf --png           for a way that takes only pictures\n  handfast seal letter.pdf -q 'Which boat?' --answer-file answers.txt\n  printf 'see you at 8' | handfast seal - --text -q 'Which boat?'\n\nWhoever has the locked file can try answers on their own computer, as many as they like. A code\nends that: send it on another way than the file.",
        German => "Beispiele:\n  handfast seal brief.pdf\n  handfast seal fotos/ -q 'Wo trafen wir uns?' -q 'Wer war dabei?'\n  handfast seal brief.pdf --code           braucht auch einen Code, auf anderem Weg\n  handfast seal brief.pdf --code --html    für jemanden, der nur einen Browser hat\n  handfast seal brief.pdf --png            für einen Weg, der nur Bilder nimmt\n  handfast seal brief.pdf -q 'Welches Boot?' --answer-file antworten.txt\n  printf 'bis um 8' | handfast seal - --text -q 'Welches Boot?'\n\nWer die verschlossene Datei hat, kann auf dem eigenen Rechner Antworten probieren,\nso viele er will. Ein Code beendet das: Sende ihn auf anderem Weg als die Datei.",
    }
}

pub(crate) fn open_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast open letter.pdf.handfast\n  handfast open letter.pdf.handfast -o elsewhere.pdf\n  handfast open 'hfs1:...'                 a locked text\n  handfast open letter.pdf.handfast --answer-file answers.txt --code-file code.txt\n  handfast open backup.tar.handfast --large    write more than 512 MiB without asking\n  handfast open for-me.handfast                messages of a contact, by handfast bundle\n\nWhat was locked is stored and never shown or run.",
        German => "Beispiele:\n  handfast open brief.pdf.handfast\n  handfast open brief.pdf.handfast -o anderswo.pdf\n  handfast open 'hfs1:...'                 ein verschlossener Text\n  handfast open brief.pdf.handfast --answer-file antworten.txt --code-file code.txt\n  handfast open kopie.tar.handfast --large   mehr als 512 MiB, ohne zu fragen\n  handfast open fuer-mich.handfast         Nachrichten eines Kontakts, von handfast bundle\n\nWas verschlossen war, wird gespeichert und nie angezeigt oder ausgeführt.",
    }
}

pub(crate) fn inspect_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast inspect letter.pdf.handfast\n  handfast inspect --json 'hfs1:...'",
        German => "Beispiele:\n  handfast inspect brief.pdf.handfast\n  handfast inspect --json 'hfs1:...'",
    }
}

pub(crate) fn command_invite() -> &'static str {
    match language() {
        English => "Show a code and a link, and wait for one guest",
        German => "Einen Code und einen Link zeigen und auf einen Gast warten",
    }
}

pub(crate) fn command_join() -> &'static str {
    match language() {
        English => "Accept an invitation: a link, a picture, a file, or - for standard input",
        German => "Eine Einladung annehmen: Link, Bild, Datei, oder - für die Standardeingabe",
    }
}

pub(crate) fn command_invitations() -> &'static str {
    match language() {
        English => "List the invitations that wait, yours and those you accepted, or end one",
        German => "Auflisten, welche Einladungen warten, eigene und angenommene, oder eine beenden",
    }
}

pub(crate) fn command_scan() -> &'static str {
    match language() {
        English => "Read the codes in pictures",
        German => "Die Codes in Bildern lesen",
    }
}

pub(crate) fn command_seal() -> &'static str {
    match language() {
        English => "Lock a file, a folder or a text with a question",
        German => "Eine Datei, einen Ordner oder einen Text mit einer Frage verschließen",
    }
}

pub(crate) fn command_open() -> &'static str {
    match language() {
        English => "Open what was locked, and store it; take in messages that were handed on",
        German => "Verschlossenes öffnen und speichern; überbrachte Nachrichten annehmen",
    }
}

pub(crate) fn command_inspect() -> &'static str {
    match language() {
        English => "Tell what a locked file says without its answer",
        German => "Zeigen, was eine verschlossene Datei ohne die Antwort verrät",
    }
}

pub(crate) fn command_contacts() -> &'static str {
    match language() {
        English => "List the people you have met; rename, block or forget somebody",
        German => "Die Leute auflisten, die du getroffen hast; jemanden umbenennen, blockieren, vergessen",
    }
}

pub(crate) fn command_search() -> &'static str {
    match language() {
        English => "Find what was said, the newest first",
        German => "Finden, was gesagt wurde, das Neueste zuerst",
    }
}

pub(crate) fn command_listen() -> &'static str {
    match language() {
        English => "Be there for everybody you have met, and keep what they write",
        German => "Für alle da sein, die du getroffen hast, und aufbewahren, was sie schreiben",
    }
}

pub(crate) fn command_chat() -> &'static str {
    match language() {
        English => "Look for somebody you have met before, and talk",
        German => "Jemanden suchen, den du schon getroffen hast, und reden",
    }
}

pub(crate) fn command_send() -> &'static str {
    match language() {
        English => "Send files and folders to somebody you have met before",
        German => "Dateien und Ordner an jemanden senden, den du schon getroffen hast",
    }
}

pub(crate) fn option_send_paths() -> &'static str {
    match language() {
        English => "What to send: files and folders, or - for what comes in",
        German => "Was gesendet wird: Dateien und Ordner, oder - für das, was hereinkommt",
    }
}

pub(crate) fn option_send_as() -> &'static str {
    match language() {
        English => "What the file is called that comes in by -",
        German => "Wie die Datei heißt, die über - hereinkommt",
    }
}

pub(crate) fn option_send_wait() -> &'static str {
    match language() {
        English => "How long to wait while nothing moves, as in 90s, 30m, 2h",
        German => "Wie lange gewartet wird, während sich nichts tut, wie 90s, 30m, 2h",
    }
}

pub(crate) fn option_contact() -> &'static str {
    match language() {
        English => "Who it is: the name, its beginning, or the letters and digits behind it",
        German => "Wer es ist: der Name, sein Anfang, oder die Buchstaben und Ziffern dahinter",
    }
}

pub(crate) fn option_rename() -> &'static str {
    match language() {
        English => "Call this contact NEW here; an empty NEW is the name that they call themselves",
        German => "Diesen Kontakt hier NEU nennen; ein leeres NEU ist der Name, den er sich selbst gibt",
    }
}

pub(crate) fn option_block() -> &'static str {
    match language() {
        English => "Look for this contact no more, never let them in, and hang up now",
        German => "Diesen Kontakt nicht mehr suchen, nie hereinlassen und jetzt auflegen",
    }
}

pub(crate) fn option_unblock() -> &'static str {
    match language() {
        English => "Take the block away",
        German => "Die Blockierung zurücknehmen",
    }
}

pub(crate) fn option_mine() -> &'static str {
    match language() {
        English => "Say that another device which came to this contact as you is yours",
        German => "Sagen, dass ein anderes Gerät, das als du zu diesem Kontakt kam, deines ist",
    }
}

pub(crate) fn option_not_mine() -> &'static str {
    match language() {
        English => "Say that it is not: nothing is exchanged with them until you meet or compare",
        German => "Sagen, dass es das nicht ist: Es wird nichts ausgetauscht, bis ihr euch trefft oder vergleicht",
    }
}

pub(crate) fn option_take_files_up_to() -> &'static str {
    match language() {
        English => "Take files from this contact unasked, so many bytes in each conversation; 0 asks always, usual is as for everybody. It goes before --accept-files",
        German => "Dateien dieses Kontakts ungefragt nehmen, so viele Bytes in jedem Gespräch; 0 fragt immer, usual heißt wie bei allen. Es geht vor --accept-files",
    }
}

pub(crate) fn command_here() -> &'static str {
    match language() {
        English => "Say to somebody you have met where this device is, by a code or a link for them alone",
        German => "Jemandem, den du getroffen hast, sagen, wo dieses Gerät ist: mit Code oder Link nur für diese Person",
    }
}

pub(crate) fn option_forget() -> &'static str {
    match language() {
        English => "Forget this contact",
        German => "Diesen Kontakt vergessen",
    }
}

pub(crate) fn option_loopback_contact() -> &'static str {
    match language() {
        English => "Look for them on this machine too",
        German => "Auch auf diesem Rechner suchen",
    }
}

pub(crate) fn command_export() -> &'static str {
    match language() {
        English => "Take this device along to another machine, in a locked file",
        German => "Dieses Gerät in einer verschlossenen Datei auf einen anderen Rechner mitnehmen",
    }
}

pub(crate) fn command_import() -> &'static str {
    match language() {
        English => "Make the device of this machine of such a file",
        German => "Aus einer solchen Datei das Gerät dieses Rechners machen",
    }
}

pub(crate) fn command_erase() -> &'static str {
    match language() {
        English => "Erase the device of this machine: who you are, whom you have met, what was said",
        German => "Das Gerät dieses Rechners löschen: wer du bist, wen du getroffen hast, was gesagt wurde",
    }
}

pub(crate) fn option_erase_yes() -> &'static str {
    match language() {
        English => "Erase without asking",
        German => "Ohne Frage löschen",
    }
}

pub(crate) fn option_export_file() -> &'static str {
    match language() {
        English => "The file to write, which is not there yet",
        German => "Die Datei, die geschrieben wird und noch nicht da ist",
    }
}

pub(crate) fn option_export_question() -> &'static str {
    match language() {
        English => "Ask this as well when the file is opened; may be given up to five times",
        German => "Auch das wird beim Öffnen gefragt; bis zu fünfmal möglich",
    }
}

pub(crate) fn option_without_messages() -> &'static str {
    match language() {
        English => "Leave out what was said",
        German => "Weglassen, was gesagt wurde",
    }
}

pub(crate) fn command_network() -> &'static str {
    match language() {
        English => "Tell what this network is, and what will and will not work from here",
        German => "Zeigen, was für ein Netz das ist und was von hier aus geht und was nicht",
    }
}

pub(crate) fn command_serve() -> &'static str {
    match language() {
        English => "Serve the page on this machine, for whoever has nothing but a browser",
        German => "Die Seite auf diesem Rechner bereitstellen, für alle, die nur einen Browser haben",
    }
}

pub(crate) fn serve_folder() -> &'static str {
    match language() {
        English => "The page as scripts/web built it [default: where that puts it]",
        German => "Die Seite, wie scripts/web sie gebaut hat [Standard: wo sie dann liegt]",
    }
}

pub(crate) fn serve_port() -> &'static str {
    match language() {
        English => "The port",
        German => "Der Port",
    }
}

pub(crate) fn serve_bind() -> &'static str {
    match language() {
        English => "The address to serve on; any but this machine's own lets others in",
        German => "Die Adresse; jede außer der dieses Rechners lässt andere herein",
    }
}

pub(crate) fn serve_host() -> &'static str {
    match language() {
        English => "Another name under which it may be asked for; may be repeated",
        German => "Ein weiterer Name, unter dem sie verlangt werden darf; mehrmals möglich",
    }
}

pub(crate) fn command_page() -> &'static str {
    match language() {
        English => "Write the page for a host of static files, or see whether a host serves this one",
        German => "Die Seite für einen Host statischer Dateien schreiben, oder nachsehen, ob ein Host diese hier anbietet",
    }
}

pub(crate) fn page_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast page public --host meet.example.org\n  handfast page public --host meet.example.org --team ABCDE12345 --certificate AB:CD:...\n  handfast page --verify https://meet.example.org/\n  handfast page --hashes > page.b3        one line a file, for others to compare with",
        German => "Beispiele:\n  handfast page public --host treffen.example.org\n  handfast page public --host treffen.example.org --team ABCDE12345 --certificate AB:CD:...\n  handfast page --verify https://treffen.example.org/\n  handfast page --hashes > seite.b3       eine Zeile je Datei, damit andere vergleichen können",
    }
}

pub(crate) fn page_folder() -> &'static str {
    match language() {
        English => "Where to write it: a folder with nothing else in it",
        German => "Wohin sie geschrieben wird: ein Ordner, in dem sonst nichts liegt",
    }
}

pub(crate) fn page_host() -> &'static str {
    match language() {
        English => "The name of the host that will serve it, at its root and with nothing beside it",
        German => "Der Name des Hosts, der sie anbieten wird, an seiner Wurzel und mit nichts daneben",
    }
}

pub(crate) fn page_verify() -> &'static str {
    match language() {
        English => "Ask that host for every file, and compare it with this build",
        German => "Jede Datei dort verlangen und mit dieser hier vergleichen",
    }
}

pub(crate) fn page_hashes() -> &'static str {
    match language() {
        English => "List every file with its BLAKE3 hash",
        German => "Jede Datei mit ihrem BLAKE3-Hash auflisten",
    }
}

pub(crate) fn page_team() -> &'static str {
    match language() {
        English => "Apple's ten characters for who publishes the app, so that links open it on an iPhone",
        German => "Apples zehn Zeichen für den Herausgeber der App, damit Links sie auf einem iPhone öffnen",
    }
}

pub(crate) fn page_bundle() -> &'static str {
    match language() {
        English => "The app's name for Apple",
        German => "Der Name der App bei Apple",
    }
}

pub(crate) fn page_package() -> &'static str {
    match language() {
        English => "The app's name for Android",
        German => "Der Name der App bei Android",
    }
}

pub(crate) fn page_certificate() -> &'static str {
    match language() {
        English => "SHA-256 of a certificate that the Android app is signed with, as apksigner prints it with colons; may be repeated",
        German => "SHA-256 eines Zertifikats, mit dem die Android-App signiert ist, mit Doppelpunkten; mehrmals möglich",
    }
}

pub(crate) fn command_config() -> &'static str {
    match language() {
        English => "Choose something for good",
        German => "Etwas auf Dauer wählen",
    }
}

pub(crate) fn config_examples() -> &'static str {
    match language() {
        English => "Examples:\n  handfast config                                      what is chosen\n  handfast config link-base https://meet.example.org/  links lead to that page from now on\n  handfast config link-base usual                      and to none again",
        German => "Beispiele:\n  handfast config                                          was gewählt ist\n  handfast config link-base https://treffen.example.org/   Links führen ab jetzt zu dieser Seite\n  handfast config link-base usual                          und wieder zu keiner",
    }
}

pub(crate) fn config_link_base() -> &'static str {
    match language() {
        English => "What links and codes begin with",
        German => "Womit Links und Codes beginnen",
    }
}

pub(crate) fn config_link_base_url() -> &'static str {
    match language() {
        English => "The address of a page, or only its host; or usual",
        German => "Die Adresse einer Seite oder nur ihr Host; oder usual",
    }
}

pub(crate) fn command_demo() -> &'static str {
    match language() {
        English => "See the whole way on this machine: two processes, a code, a camera, a file",
        German => "Den ganzen Weg auf diesem Rechner sehen: zwei Prozesse, Code, Kamera, Datei",
    }
}

pub(crate) fn command_man() -> &'static str {
    match language() {
        English => "Print the manual page",
        German => "Die Handbuchseite ausgeben",
    }
}

pub(crate) fn command_completions() -> &'static str {
    match language() {
        English => "Print completions for a shell",
        German => "Vervollständigungen für eine Shell ausgeben",
    }
}

pub(crate) fn option_name() -> &'static str {
    match language() {
        English => "What the other side calls you [default: your user name]",
        German => "Wie die andere Seite dich nennt [Standard: dein Benutzername]",
    }
}

pub(crate) fn option_incognito() -> &'static str {
    match language() {
        English => "Be somebody new for this once, and keep nothing",
        German => "Dieses eine Mal jemand Neues sein und nichts behalten",
    }
}

pub(crate) fn option_json_events() -> &'static str {
    match language() {
        English => "One JSON object a line for each thing that happens",
        German => "Ein JSON-Objekt je Zeile für alles, was geschieht",
    }
}

pub(crate) fn option_json_lines() -> &'static str {
    match language() {
        English => "One JSON object a line",
        German => "Ein JSON-Objekt je Zeile",
    }
}

pub(crate) fn option_json() -> &'static str {
    match language() {
        English => "One JSON object",
        German => "Ein JSON-Objekt",
    }
}

pub(crate) fn option_home() -> &'static str {
    match language() {
        English => "The folder for what lasts: who you are, and what waits [default: HANDFAST_HOME, or this system's folder for data]",
        German => "Der Ordner für das, was bleibt: wer du bist und was wartet [Standard: HANDFAST_HOME oder der Ordner dieses Systems für Daten]",
    }
}

pub(crate) fn option_answer_file() -> &'static str {
    match language() {
        English => "A file with an answer a line, or - for standard input; otherwise you are asked",
        German => "Eine Datei mit einer Antwort je Zeile, oder - für die Standardeingabe; sonst wirst du gefragt",
    }
}

pub(crate) fn option_answer_file_talk() -> &'static str {
    match language() {
        English => "Read the answers from a file, one a line, or - for standard input, instead of asking for them",
        German => "Die Antworten aus einer Datei lesen, eine je Zeile, oder - für die Standardeingabe, statt zu fragen",
    }
}

pub(crate) fn option_loopback_host() -> &'static str {
    match language() {
        English => "Only for this machine, which needs no network",
        German => "Nur für diesen Rechner, was kein Netz braucht",
    }
}

pub(crate) fn option_stun() -> &'static str {
    match language() {
        English => "Ask this STUN server how this machine is seen from outside, instead of the usual ones; may be repeated",
        German => "Diesen STUN-Server fragen, wie dieser Rechner von außen aussieht, statt der üblichen; auch mehrmals",
    }
}

pub(crate) fn option_no_stun() -> &'static str {
    match language() {
        English => "Never ask a STUN server",
        German => "Nie einen STUN-Server fragen",
    }
}

pub(crate) fn option_no_local_discovery() -> &'static str {
    match language() {
        English => "Never announce this device in the local network, nor listen there: nobody but the contact can tell who it is, but everybody there can tell that the program is used",
        German => "Dieses Gerät nie im lokalen Netz bekannt geben und dort nicht lauschen: wer es ist, erkennt nur der Kontakt, aber dass das Programm benutzt wird, erkennt dort jeder",
    }
}

pub(crate) fn option_no_port_mapping() -> &'static str {
    match language() {
        English => "Never ask the router to open a port",
        German => "Nie den Router bitten, einen Port zu öffnen",
    }
}

pub(crate) fn option_no_guessing() -> &'static str {
    match language() {
        English => "Never guess a way past a strict network, which takes hundreds of sockets or thousands of small packets; a network may mind, and whoever is behind such a router is not reached then",
        German => "Nie einen Weg an einem strengen Netz vorbei erraten, was Hunderte Sockets oder Tausende kleine Pakete braucht; manches Netz stört das, und wer hinter so einem Router ist, wird dann nicht erreicht",
    }
}

pub(crate) fn heading_cost() -> &'static str {
    match language() {
        English => "What they may cost",
        German => "Was die andere Seite kosten darf",
    }
}

pub(crate) fn option_accept_files() -> &'static str {
    match language() {
        English => "Take files without asking, up to this much in all, whoever sends [without SIZE: 1GiB]. Otherwise only from somebody verified, up to 1GiB",
        German => "Dateien ohne Frage annehmen, insgesamt bis zu so viel, gleich von wem [ohne GRÖSSE: 1GiB]. Sonst nur von jemandem, der überprüft ist, bis 1GiB",
    }
}

pub(crate) fn option_unverified_messages() -> &'static str {
    match language() {
        English => "Messages that somebody unverified may send before more waits for your /more [default: 5000]",
        German => "Wie viele Nachrichten jemand senden darf, der nicht überprüft ist, bis weitere auf dein /more warten [Standard: 5000]",
    }
}

pub(crate) fn option_unverified_text() -> &'static str {
    match language() {
        English => "How much text that may be [default: 20MiB]",
        German => "Wie viel Text das sein darf [Standard: 20MiB]",
    }
}

pub(crate) fn option_messages() -> &'static str {
    match language() {
        English => "Messages that anybody else may send before more waits for your /more [default: 100000]",
        German => "Wie viele Nachrichten alle anderen senden dürfen, bis weitere auf dein /more warten [Standard: 100000]",
    }
}

pub(crate) fn option_open_files() -> &'static str {
    match language() {
        English => "Files that may wait for your answer; more are declined [default: 256]",
        German => "Wie viele Dateien auf deine Antwort warten dürfen; weitere werden abgelehnt [Standard: 256]",
    }
}

pub(crate) fn option_keep_free() -> &'static str {
    match language() {
        English => "How much of the disk stays free [default: 500MiB]",
        German => "Wie viel vom Datenträger frei bleibt [Standard: 500MiB]",
    }
}

pub(crate) fn option_plain() -> &'static str {
    match language() {
        English => "Talk in plain lines, also where the whole window could be used",
        German => "In einfachen Zeilen reden, auch wo das ganze Fenster genutzt werden könnte",
    }
}

pub(crate) fn option_downloads() -> &'static str {
    match language() {
        English => "Where received files go",
        German => "Wohin empfangene Dateien kommen",
    }
}

pub(crate) fn option_resume_host() -> &'static str {
    match language() {
        English => "Wait on with an invitation made before: the only one that waits, or this one",
        German => "Mit einer früheren Einladung weiter warten: der einzigen, die wartet, oder dieser",
    }
}

pub(crate) fn option_expires() -> &'static str {
    match language() {
        English => "How long it is good, like 90s, 30m, 2h or 7d",
        German => "Wie lange sie gilt, etwa 90s, 30m, 2h oder 7d",
    }
}

pub(crate) fn option_link_only() -> &'static str {
    match language() {
        English => "Print the link without a code",
        German => "Den Link ohne Code ausgeben",
    }
}

pub(crate) fn option_png() -> &'static str {
    match language() {
        English => "Write the code as a picture",
        German => "Den Code als Bild schreiben",
    }
}

pub(crate) fn option_svg() -> &'static str {
    match language() {
        English => "Write the code as a vector picture",
        German => "Den Code als Vektorbild schreiben",
    }
}

pub(crate) fn option_html() -> &'static str {
    match language() {
        English => "Write a page that is one file, with the invitation inside: it connects in any browser",
        German => "Eine Seite als eine Datei schreiben, mit der Einladung darin: Sie verbindet in jedem Browser",
    }
}

pub(crate) fn option_file() -> &'static str {
    match language() {
        English => "Write the invitation as a file",
        German => "Die Einladung als Datei schreiben",
    }
}

pub(crate) fn option_ask() -> &'static str {
    match language() {
        English => "Ask the guest this question once connected; three wrong answers end the invitation",
        German => "Dem Gast nach dem Verbinden diese Frage stellen; drei falsche Antworten beenden die Einladung",
    }
}

pub(crate) fn option_lock() -> &'static str {
    match language() {
        English => "Lock the invitation itself: it opens for whoever knows the answer to this question",
        German => "Die Einladung selbst verschließen: sie öffnet sich mit der Antwort auf diese Frage",
    }
}

pub(crate) fn option_link_base() -> &'static str {
    match language() {
        English => "What links begin with [default: as chosen by config link-base]",
        German => "Womit Links beginnen [Standard: wie mit config link-base gewählt]",
    }
}

pub(crate) fn option_port() -> &'static str {
    match language() {
        English => "The UDP port to listen on [default: any]",
        German => "Der UDP-Port, auf dem gewartet wird [Standard: irgendeiner]",
    }
}

pub(crate) fn option_far() -> &'static str {
    match language() {
        English => "For somebody in another network: names the address that a STUN server sees as well, and asks the router to open a port",
        German => "Für jemanden in einem anderen Netz: nennt auch die Adresse, die ein STUN-Server sieht, und bittet den Router, einen Port zu öffnen",
    }
}

pub(crate) fn option_invitation() -> &'static str {
    match language() {
        English => "A link, a text with one in it, the path of a picture or a file, or - for standard input",
        German => "Ein Link, ein Text mit einem darin, der Pfad eines Bildes oder einer Datei, oder - für die Standardeingabe",
    }
}

pub(crate) fn option_resume_guest() -> &'static str {
    match language() {
        English => "Knock on with an invitation accepted before: the only one that waits, or this one",
        German => "Mit einer angenommenen Einladung weiter anklopfen: der einzigen, die wartet, oder dieser",
    }
}

pub(crate) fn option_yes() -> &'static str {
    match language() {
        English => "Connect without asking",
        German => "Ohne Frage verbinden",
    }
}

pub(crate) fn option_code_file_join() -> &'static str {
    match language() {
        English => "A file with the code of a locked invitation, or a picture of it, where one is needed",
        German => "Eine Datei mit dem Code einer verschlossenen Einladung, oder ein Bild davon, wo es einen braucht",
    }
}

pub(crate) fn option_wait() -> &'static str {
    match language() {
        English => "How long to knock, like 90s or 10m [default: as long as the invitation is good]",
        German => "Wie lange angeklopft wird, etwa 90s oder 10m [Standard: solange die Einladung gilt]",
    }
}

pub(crate) fn option_reply_png() -> &'static str {
    match language() {
        English => "Write the code of the reply as a picture, where one is needed",
        German => "Den Antwortcode als Bild schreiben, wo es einen braucht",
    }
}

pub(crate) fn option_loopback_guest() -> &'static str {
    match language() {
        English => "Also send to this machine itself, for an invitation made on it",
        German => "Auch an diesen Rechner selbst senden, für eine Einladung, die auf ihm erstellt wurde",
    }
}

pub(crate) fn option_only_by_reply() -> &'static str {
    match language() {
        English => "Send nothing until the host has the reply",
        German => "Nichts senden, bis der Gastgeber den Antwortcode hat",
    }
}

pub(crate) fn option_revoke() -> &'static str {
    match language() {
        English => "End this one for good; the beginning of its name is enough",
        German => "Diese endgültig beenden; der Anfang ihres Namens genügt",
    }
}

pub(crate) fn option_pictures() -> &'static str {
    match language() {
        English => "PNG, JPEG, WebP, GIF or BMP, or an SVG of this program",
        German => "PNG, JPEG, WebP, GIF oder BMP, oder ein SVG dieses Programms",
    }
}

pub(crate) fn option_json_pictures() -> &'static str {
    match language() {
        English => "One JSON object a line for each code, and for each picture without one",
        German => "Ein JSON-Objekt je Zeile für jeden Code und für jedes Bild ohne einen",
    }
}

pub(crate) fn option_seal_path() -> &'static str {
    match language() {
        English => "A file, a folder, or - for standard input",
        German => "Eine Datei, ein Ordner, oder - für die Standardeingabe",
    }
}

pub(crate) fn option_question() -> &'static str {
    match language() {
        English => "What to ask whoever opens it; up to five times",
        German => "Was gefragt wird, wer es öffnet; bis zu fünfmal",
    }
}

pub(crate) fn option_code() -> &'static str {
    match language() {
        English => "Make a code that is needed as well, to be sent another way",
        German => "Auch einen Code erstellen, der auf anderem Weg gesendet wird",
    }
}

pub(crate) fn option_seal_html() -> &'static str {
    match language() {
        English => "Write a page that is one file, with the locked file inside: it opens in any browser",
        German => "Eine Seite als eine Datei schreiben, mit der verschlossenen Datei darin: Sie öffnet sich in jedem Browser",
    }
}

pub(crate) fn option_seal_png() -> &'static str {
    match language() {
        English => "Write a picture: a short text as a code that also a photo in a messenger still shows, anything else inside of a picture that is sent as a file",
        German => "Ein Bild schreiben: einen kurzen Text als Code, den auch ein Foto in einem Messenger noch zeigt, alles andere in einem Bild, das als Datei gesendet wird",
    }
}

pub(crate) fn option_text() -> &'static str {
    match language() {
        English => "Print a text for a messenger instead of writing a file",
        German => "Einen Text für einen Messenger ausgeben, statt eine Datei zu schreiben",
    }
}

pub(crate) fn option_strong() -> &'static str {
    match language() {
        English => "Make each guess cost four times as much, for them and for you",
        German => "Jeden Versuch viermal so teuer machen, für andere und für dich",
    }
}

pub(crate) fn option_strict() -> &'static str {
    match language() {
        English => "Lock a folder only if all of it can be read and nothing in it changes",
        German => "Einen Ordner nur verschließen, wenn alles darin lesbar ist und sich nichts darin ändert",
    }
}

pub(crate) fn option_seal_output() -> &'static str {
    match language() {
        English => "Where the locked file goes [default: PATH.handfast]",
        German => "Wohin die verschlossene Datei kommt [Standard: PFAD.handfast]",
    }
}

pub(crate) fn option_container() -> &'static str {
    match language() {
        English => "A locked file, a text or picture of one, or - for standard input",
        German => "Eine verschlossene Datei, ein Text oder Bild davon, oder - für die Standardeingabe",
    }
}

pub(crate) fn option_opened() -> &'static str {
    match language() {
        English => "A locked file or messages that were handed on, a text or picture of either, or - for standard input",
        German => "Eine verschlossene Datei oder überbrachte Nachrichten, ein Text oder Bild davon, oder - für die Standardeingabe",
    }
}

pub(crate) fn option_open_output() -> &'static str {
    match language() {
        English => "Where the content goes [default: its own name, beside the locked file]",
        German => "Wohin der Inhalt kommt [Standard: sein eigener Name, neben der verschlossenen Datei]",
    }
}

pub(crate) fn option_code_file_open() -> &'static str {
    match language() {
        English => "A file with the code, or a picture of it; otherwise you are asked",
        German => "Eine Datei mit dem Code, oder ein Bild davon; sonst wirst du gefragt",
    }
}

pub(crate) fn option_large() -> &'static str {
    match language() {
        English => "Write more than 512 MiB without asking",
        German => "Mehr als 512 MiB schreiben, ohne zu fragen",
    }
}

pub(crate) fn option_browser() -> &'static str {
    match language() {
        English => "Instead, two pages side by side that meet in a browser of this machine: needs the page that scripts/web builds",
        German => "Stattdessen zwei Seiten nebeneinander, die sich in einem Browser dieses Rechners treffen: braucht die Seite, die scripts/web baut",
    }
}

pub(crate) fn option_two_scan() -> &'static str {
    match language() {
        English => "As if the networks did not join by themselves: the host scans the guest's reply too",
        German => "Als fänden die Netze nicht von selbst zueinander: Der Gastgeber scannt auch den Antwortcode",
    }
}

pub(crate) fn option_seed() -> &'static str {
    match language() {
        English => "Makes camera and file the same every time [default: random]",
        German => "Macht Kamera und Datei jedes Mal gleich [Standard: zufällig]",
    }
}

pub(crate) fn option_dir() -> &'static str {
    match language() {
        English => "Where pictures and files go [default: a new folder for temporary files]",
        German => "Wohin Bilder und Dateien kommen [Standard: ein neuer Ordner für temporäre Dateien]",
    }
}

pub(crate) fn option_json_figures() -> &'static str {
    match language() {
        English => "One JSON object with all figures",
        German => "Ein JSON-Objekt mit allen Zahlen",
    }
}

pub(crate) fn option_shell() -> &'static str {
    match language() {
        English => "Which shell",
        German => "Welche Shell",
    }
}

pub(crate) fn option_man_command() -> &'static str {
    match language() {
        English => "The page of one command instead of the whole program",
        German => "Die Seite eines Befehls statt des ganzen Programms",
    }
}

pub(crate) fn heading_usage() -> &'static str {
    match language() {
        English => "Usage:",
        German => "Aufruf:",
    }
}

pub(crate) fn heading_commands() -> &'static str {
    match language() {
        English => "Commands",
        German => "Befehle",
    }
}

pub(crate) fn heading_arguments() -> &'static str {
    match language() {
        English => "Arguments",
        German => "Argumente",
    }
}

pub(crate) fn heading_options() -> &'static str {
    match language() {
        English => "Options",
        German => "Optionen",
    }
}

pub(crate) fn option_help() -> &'static str {
    match language() {
        English => "Print help",
        German => "Hilfe ausgeben",
    }
}

pub(crate) fn option_version() -> &'static str {
    match language() {
        English => "Print version",
        German => "Version ausgeben",
    }
}

pub(crate) fn usage_options() -> &'static str {
    match language() {
        English => "[OPTIONS]",
        German => "[OPTIONEN]",
    }
}

pub(crate) fn help_default(help: impl Display, value: impl Display) -> String {
    match language() {
        English => format!("{help} [default: {value}]"),
        German => format!("{help} [Standard: {value}]"),
    }
}

pub(crate) fn usage_unknown(argument: impl Display) -> String {
    match language() {
        English => format!("there is no argument {argument} here"),
        German => format!("hier gibt es kein Argument {argument}"),
    }
}

pub(crate) fn usage_no_command(command: impl Display) -> String {
    match language() {
        English => format!("there is no command {command}"),
        German => format!("es gibt keinen Befehl {command}"),
    }
}

pub(crate) fn usage_value_missing(argument: impl Display) -> String {
    match language() {
        English => format!("{argument} needs a value"),
        German => format!("{argument} braucht einen Wert"),
    }
}

pub(crate) fn usage_bad_value(value: impl Display, argument: impl Display) -> String {
    match language() {
        English => format!("{value} is no value for {argument}"),
        German => format!("{value} ist kein Wert für {argument}"),
    }
}

pub(crate) fn usage_because(what: impl Display, why: impl Display) -> String {
    match language() {
        English => format!("{what}: {why}"),
        German => format!("{what}: {why}"),
    }
}

pub(crate) fn usage_missing(arguments: impl Display) -> String {
    match language() {
        English => format!("this is missing: {arguments}"),
        German => format!("es fehlt: {arguments}"),
    }
}

pub(crate) fn usage_conflict(argument: impl Display, other: impl Display) -> String {
    match language() {
        English => format!("{argument} does not go together with {other}"),
        German => format!("{argument} geht nicht zusammen mit {other}"),
    }
}

pub(crate) fn usage_no_equals(argument: impl Display) -> String {
    match language() {
        English => format!("the value of {argument} comes after ="),
        German => format!("der Wert von {argument} kommt nach ="),
    }
}

pub(crate) fn usage_more() -> &'static str {
    match language() {
        English => "For more, try handfast --help.",
        German => "Mehr sagt handfast --help.",
    }
}

pub(crate) fn symbol_elephant() -> &'static str {
    match language() {
        English => "elephant",
        German => "Elefant",
    }
}

pub(crate) fn symbol_giraffe() -> &'static str {
    match language() {
        English => "giraffe",
        German => "Giraffe",
    }
}

pub(crate) fn symbol_camel() -> &'static str {
    match language() {
        English => "camel",
        German => "Kamel",
    }
}

pub(crate) fn symbol_hedgehog() -> &'static str {
    match language() {
        English => "hedgehog",
        German => "Igel",
    }
}

pub(crate) fn symbol_owl() -> &'static str {
    match language() {
        English => "owl",
        German => "Eule",
    }
}

pub(crate) fn symbol_flamingo() -> &'static str {
    match language() {
        English => "flamingo",
        German => "Flamingo",
    }
}

pub(crate) fn symbol_turtle() -> &'static str {
    match language() {
        English => "turtle",
        German => "Schildkröte",
    }
}

pub(crate) fn symbol_snake() -> &'static str {
    match language() {
        English => "snake",
        German => "Schlange",
    }
}

pub(crate) fn symbol_frog() -> &'static str {
    match language() {
        English => "frog",
        German => "Frosch",
    }
}

pub(crate) fn symbol_whale() -> &'static str {
    match language() {
        English => "whale",
        German => "Wal",
    }
}

pub(crate) fn symbol_shark() -> &'static str {
    match language() {
        English => "shark",
        German => "Hai",
    }
}

pub(crate) fn symbol_crab() -> &'static str {
    match language() {
        English => "crab",
        German => "Krebs",
    }
}

pub(crate) fn symbol_snail() -> &'static str {
    match language() {
        English => "snail",
        German => "Schnecke",
    }
}

pub(crate) fn symbol_bee() -> &'static str {
    match language() {
        English => "bee",
        German => "Biene",
    }
}

pub(crate) fn symbol_butterfly() -> &'static str {
    match language() {
        English => "butterfly",
        German => "Schmetterling",
    }
}

pub(crate) fn symbol_cactus() -> &'static str {
    match language() {
        English => "cactus",
        German => "Kaktus",
    }
}

pub(crate) fn symbol_sunflower() -> &'static str {
    match language() {
        English => "sunflower",
        German => "Sonnenblume",
    }
}

pub(crate) fn symbol_fir_tree() -> &'static str {
    match language() {
        English => "fir tree",
        German => "Tanne",
    }
}

pub(crate) fn symbol_mushroom() -> &'static str {
    match language() {
        English => "mushroom",
        German => "Pilz",
    }
}

pub(crate) fn symbol_leaf() -> &'static str {
    match language() {
        English => "leaf",
        German => "Blatt",
    }
}

pub(crate) fn symbol_banana() -> &'static str {
    match language() {
        English => "banana",
        German => "Banane",
    }
}

pub(crate) fn symbol_cherries() -> &'static str {
    match language() {
        English => "cherries",
        German => "Kirschen",
    }
}

pub(crate) fn symbol_pineapple() -> &'static str {
    match language() {
        English => "pineapple",
        German => "Ananas",
    }
}

pub(crate) fn symbol_melon() -> &'static str {
    match language() {
        English => "melon",
        German => "Melone",
    }
}

pub(crate) fn symbol_corn() -> &'static str {
    match language() {
        English => "corn",
        German => "Mais",
    }
}

pub(crate) fn symbol_carrot() -> &'static str {
    match language() {
        English => "carrot",
        German => "Karotte",
    }
}

pub(crate) fn symbol_cheese() -> &'static str {
    match language() {
        English => "cheese",
        German => "Käse",
    }
}

pub(crate) fn symbol_pretzel() -> &'static str {
    match language() {
        English => "pretzel",
        German => "Brezel",
    }
}

pub(crate) fn symbol_egg() -> &'static str {
    match language() {
        English => "egg",
        German => "Ei",
    }
}

pub(crate) fn symbol_coffee() -> &'static str {
    match language() {
        English => "coffee",
        German => "Kaffee",
    }
}

pub(crate) fn symbol_fire() -> &'static str {
    match language() {
        English => "fire",
        German => "Feuer",
    }
}

pub(crate) fn symbol_rainbow() -> &'static str {
    match language() {
        English => "rainbow",
        German => "Regenbogen",
    }
}

pub(crate) fn symbol_star() -> &'static str {
    match language() {
        English => "star",
        German => "Stern",
    }
}

pub(crate) fn symbol_moon() -> &'static str {
    match language() {
        English => "moon",
        German => "Mond",
    }
}

pub(crate) fn symbol_globe() -> &'static str {
    match language() {
        English => "globe",
        German => "Globus",
    }
}

pub(crate) fn symbol_volcano() -> &'static str {
    match language() {
        English => "volcano",
        German => "Vulkan",
    }
}

pub(crate) fn symbol_snowman() -> &'static str {
    match language() {
        English => "snowman",
        German => "Schneemann",
    }
}

pub(crate) fn symbol_lightning() -> &'static str {
    match language() {
        English => "lightning",
        German => "Blitz",
    }
}

pub(crate) fn symbol_umbrella() -> &'static str {
    match language() {
        English => "umbrella",
        German => "Regenschirm",
    }
}

pub(crate) fn symbol_anchor() -> &'static str {
    match language() {
        English => "anchor",
        German => "Anker",
    }
}

pub(crate) fn symbol_train() -> &'static str {
    match language() {
        English => "train",
        German => "Zug",
    }
}

pub(crate) fn symbol_bicycle() -> &'static str {
    match language() {
        English => "bicycle",
        German => "Fahrrad",
    }
}

pub(crate) fn symbol_helicopter() -> &'static str {
    match language() {
        English => "helicopter",
        German => "Hubschrauber",
    }
}

pub(crate) fn symbol_rocket() -> &'static str {
    match language() {
        English => "rocket",
        German => "Rakete",
    }
}

pub(crate) fn symbol_sailboat() -> &'static str {
    match language() {
        English => "sailboat",
        German => "Segelboot",
    }
}

pub(crate) fn symbol_balloon() -> &'static str {
    match language() {
        English => "balloon",
        German => "Luftballon",
    }
}

pub(crate) fn symbol_gift() -> &'static str {
    match language() {
        English => "gift",
        German => "Geschenk",
    }
}

pub(crate) fn symbol_dice() -> &'static str {
    match language() {
        English => "dice",
        German => "Würfel",
    }
}

pub(crate) fn symbol_guitar() -> &'static str {
    match language() {
        English => "guitar",
        German => "Gitarre",
    }
}

pub(crate) fn symbol_trumpet() -> &'static str {
    match language() {
        English => "trumpet",
        German => "Trompete",
    }
}

pub(crate) fn symbol_drum() -> &'static str {
    match language() {
        English => "drum",
        German => "Trommel",
    }
}

pub(crate) fn symbol_bell() -> &'static str {
    match language() {
        English => "bell",
        German => "Glocke",
    }
}

pub(crate) fn symbol_camera() -> &'static str {
    match language() {
        English => "camera",
        German => "Kamera",
    }
}

pub(crate) fn symbol_lamp() -> &'static str {
    match language() {
        English => "lamp",
        German => "Lampe",
    }
}

pub(crate) fn symbol_candle() -> &'static str {
    match language() {
        English => "candle",
        German => "Kerze",
    }
}

pub(crate) fn symbol_key() -> &'static str {
    match language() {
        English => "key",
        German => "Schlüssel",
    }
}

pub(crate) fn symbol_hammer() -> &'static str {
    match language() {
        English => "hammer",
        German => "Hammer",
    }
}

pub(crate) fn symbol_scissors() -> &'static str {
    match language() {
        English => "scissors",
        German => "Schere",
    }
}

pub(crate) fn symbol_paper_clip() -> &'static str {
    match language() {
        English => "paper clip",
        German => "Büroklammer",
    }
}

pub(crate) fn symbol_pencil() -> &'static str {
    match language() {
        English => "pencil",
        German => "Bleistift",
    }
}

pub(crate) fn symbol_glasses() -> &'static str {
    match language() {
        English => "glasses",
        German => "Brille",
    }
}

pub(crate) fn symbol_crown() -> &'static str {
    match language() {
        English => "crown",
        German => "Krone",
    }
}

pub(crate) fn symbol_hat() -> &'static str {
    match language() {
        English => "hat",
        German => "Hut",
    }
}

pub(crate) fn symbol_gloves() -> &'static str {
    match language() {
        English => "gloves",
        German => "Handschuhe",
    }
}

pub(crate) fn nobody_to_ask() -> &'static str {
    match language() {
        English => "No STUN server may be asked, so the invitation does not name the address that others see.",
        German => "Kein STUN-Server darf gefragt werden, daher nennt die Einladung nicht die Adresse, die andere sehen.",
    }
}

pub(crate) fn not_seen_outside() -> &'static str {
    match language() {
        English => "No STUN server answered: this network may block UDP, or be cut off.",
        German => "Kein STUN-Server hat geantwortet: Dieses Netz sperrt vielleicht UDP oder ist abgeschnitten.",
    }
}

pub(crate) fn port_is_open() -> &'static str {
    match language() {
        English => "The router opened a port for this invitation, and closes it at the end.",
        German => "Der Router hat für diese Einladung einen Port geöffnet und schließt ihn am Ende.",
    }
}

pub(crate) fn no_network_to_tell() -> &'static str {
    match language() {
        English => "This machine has no network. Join a Wi-Fi or plug in a cable (between two machines, set IPv4 to “link-local” on both); until then, only programs on this machine can meet.",
        German => "Dieser Rechner hat kein Netz. Verbinde dich mit einem WLAN oder stecke ein Kabel ein (zwischen zwei Rechnern: IPv4 auf beiden auf „link-local“); bis dahin können sich nur Programme auf diesem Rechner treffen.",
    }
}

pub(crate) fn no_server_found() -> &'static str {
    match language() {
        English => "No STUN server was found under its name: this network may have no way outside.",
        German => "Kein STUN-Server wurde unter seinem Namen gefunden: Dieses Netz führt vielleicht nicht nach außen.",
    }
}

pub(crate) fn what_works() -> &'static str {
    match language() {
        English => "What works from here:",
        German => "Was von hier aus geht:",
    }
}

pub(crate) fn alone() -> &'static str {
    match language() {
        English => "This machine has no network, so only programs on this machine can join.",
        German => "Dieser Rechner hat kein Netz, daher können nur Programme auf diesem Rechner die Einladung annehmen.",
    }
}

pub(crate) fn loopback_invitation() -> &'static str {
    match language() {
        English => "This invitation leads to this machine only, so this works only where it was made.",
        German => "Diese Einladung führt nur zu diesem Rechner und funktioniert daher nur dort, wo sie erstellt wurde.",
    }
}

pub(crate) fn waiting() -> &'static str {
    match language() {
        English => "Waiting. Let them scan the code, or send them the link.",
        German => "Es wird gewartet. Lass den Code scannen oder sende den Link.",
    }
}

pub(crate) fn they_are_here() -> &'static str {
    match language() {
        English => "They are here.",
        German => "Die andere Person ist da.",
    }
}

pub(crate) fn scan_their_code_now() -> &'static str {
    match language() {
        English => "Scan their code now: paste their reply or give the path of a picture of it.",
        German => "Scanne jetzt ihren Code: Füge den Antwortcode ein oder gib den Pfad eines Bildes davon an.",
    }
}

pub(crate) fn show_again() -> &'static str {
    match language() {
        English => "They are in another network. Let them scan or paste your code once more: it leads further now.",
        German => "Die andere Person ist in einem anderen Netz. Lass deinen Code noch einmal scannen oder einfügen: Er führt jetzt weiter.",
    }
}

pub(crate) fn leads_elsewhere() -> &'static str {
    match language() {
        English => "This machine can now be reached elsewhere, too. The invitation below leads there: show or send it if they are not here in a moment.",
        German => "Dieser Rechner ist jetzt auch anderswo zu erreichen. Die Einladung unten führt dorthin: Zeige oder sende sie, wenn nicht gleich jemand da ist.",
    }
}

pub(crate) fn locked_leads_nowhere() -> &'static str {
    match language() {
        English => "This machine can now be reached elsewhere, too, where the locked invitation does not lead. Make a new one if they are not here in a moment.",
        German => "Dieser Rechner ist jetzt auch anderswo zu erreichen, wohin die verschlossene Einladung nicht führt. Erstelle eine neue, wenn nicht gleich jemand da ist.",
    }
}

pub(crate) fn checking() -> &'static str {
    match language() {
        English => "Checking that it is really them.",
        German => "Es wird geprüft, wer es ist.",
    }
}

pub(crate) fn knocking() -> &'static str {
    match language() {
        English => "Knocking.",
        German => "Es wird angeklopft.",
    }
}

pub(crate) fn seat_taken() -> &'static str {
    match language() {
        English => "Somebody else is answering with this invitation right now. You get in when they leave: let this run on, and ask your host who is there.",
        German => "Gerade ist jemand anderes mit dieser Einladung dort. Du kommst hinein, sobald der Platz frei ist: Lass das hier laufen und frag die Person, die dich eingeladen hat, wer da ist.",
    }
}

pub(crate) fn answered() -> &'static str {
    match language() {
        English => "They answered.",
        German => "Die andere Seite hat geantwortet.",
    }
}

pub(crate) fn reply_needed() -> &'static str {
    match language() {
        English => "They do not hear you yet. Let them scan this, or send them the link below it:",
        German => "Die andere Seite hört dich noch nicht. Lass das hier scannen oder sende den Link darunter:",
    }
}

pub(crate) fn no_reply_in_line() -> &'static str {
    match language() {
        English => "There is no reply in that: paste all of it, or give the path of a picture of it.",
        German => "Darin ist kein Antwortcode: Füge ihn ganz ein oder gib den Pfad eines Bildes davon an.",
    }
}

pub(crate) fn own_invitation() -> &'static str {
    match language() {
        English => "That is an invitation, not a reply: the other side has to send what it shows after joining.",
        German => "Das ist eine Einladung und kein Antwortcode: Die andere Seite muss senden, was sie nach dem Annehmen zeigt.",
    }
}

pub(crate) fn sealed() -> &'static str {
    match language() {
        English => "this is a locked file, not an invitation: open it with handfast open",
        German => "das ist eine verschlossene Datei und keine Einladung: öffne sie mit handfast open",
    }
}

pub(crate) fn locked_reply() -> &'static str {
    match language() {
        English => "this is locked, and a reply never is: paste the reply itself",
        German => "das ist verschlossen, und ein Antwortcode ist das nie: füge den Antwortcode selbst ein",
    }
}

pub(crate) fn reply_not_invitation() -> &'static str {
    match language() {
        English => "this is a reply, not an invitation: give it to the one who invited",
        German => "das ist ein Antwortcode und keine Einladung: gib ihn der Person, die eingeladen hat",
    }
}

pub(crate) fn here_not_invitation() -> &'static str {
    match language() {
        English => "this says where somebody is whom you have met, and invites nobody: ask for an invitation",
        German => "das sagt, wo jemand ist, den du schon getroffen hast, und lädt niemanden ein: bitte um eine Einladung",
    }
}

pub(crate) fn here_other() -> &'static str {
    match language() {
        English => "this is from nobody you have met, or not for this device: ask them to send it again",
        German => "das ist von niemandem, den du getroffen hast, oder nicht für dieses Gerät: bitte darum, dass es noch einmal geschickt wird",
    }
}

pub(crate) fn here_altered() -> &'static str {
    match language() {
        English => "this was altered on the way: ask for it to be sent again",
        German => "das wurde unterwegs verändert: bitte darum, dass es noch einmal geschickt wird",
    }
}

pub(crate) fn here_spent() -> &'static str {
    match language() {
        English => "this has been used: ask them to send where they are again",
        German => "das ist schon benutzt worden: bitte darum, dass noch einmal geschickt wird, wo sie sind",
    }
}

pub(crate) fn here_shown(name: impl Display) -> String {
    match language() {
        English => format!("Send this to {name}, nobody else can use it. It leads here for a day, as long as this goes on."),
        German => format!("Schicke das an {name}, niemand sonst kann es benutzen. Es führt einen Tag lang hierher, solange das hier weiterläuft."),
    }
}

pub(crate) fn here_moved() -> &'static str {
    match language() {
        English => "This device is elsewhere now. This leads here:",
        German => "Dieses Gerät ist jetzt woanders. Das hier führt her:",
    }
}

pub(crate) fn here_said(name: impl Display, age: impl Display) -> String {
    match language() {
        English => format!("{name} says where they are, as of {age} ago."),
        German => format!("{name} sagt, wo sie zu finden sind, Stand vor {age}."),
    }
}

pub(crate) fn here_old() -> &'static str {
    match language() {
        English => "That is more than a day old, so most likely nobody listens there any more: ask them to send it again.",
        German => "Das ist über einen Tag alt, dort lauscht also wahrscheinlich niemand mehr: bitte darum, dass es noch einmal geschickt wird.",
    }
}

pub(crate) fn paste_invitation() -> &'static str {
    match language() {
        English => "Paste the invitation and press Enter:",
        German => "Füge die Einladung ein und drücke die Eingabetaste:",
    }
}

pub(crate) fn yes_needed() -> &'static str {
    match language() {
        English => "there is nobody to ask whether to connect: add --yes if you want to",
        German => "niemand ist da, um gefragt zu werden, ob verbunden werden soll: füge --yes hinzu, wenn du das willst",
    }
}

pub(crate) fn not_connected() -> &'static str {
    match language() {
        English => "not connected: nothing was sent",
        German => "nicht verbunden: es wurde nichts gesendet",
    }
}

pub(crate) fn not_written() -> &'static str {
    match language() {
        English => "not opened: nothing was written",
        German => "nicht geöffnet: es wurde nichts geschrieben",
    }
}

pub(crate) fn yes_or_no() -> &'static str {
    match language() {
        English => "Please answer y or n.",
        German => "Bitte antworte mit j oder n.",
    }
}

pub(crate) fn no_symbol() -> &'static str {
    match language() {
        English => "the link is too long for a code: choose a shorter --link-base",
        German => "der Link ist zu lang für einen Code: wähle ein kürzeres --link-base",
    }
}

pub(crate) fn chat_begins() -> &'static str {
    match language() {
        English => "Type a line to send it, /help for more.",
        German => "Schreibe eine Zeile, um sie zu senden; /help zeigt mehr.",
    }
}

pub(crate) fn interrupted() -> &'static str {
    match language() {
        English => "The connection is silent. What you send waits.",
        German => "Die Verbindung ist still. Was du sendest, wartet.",
    }
}

pub(crate) fn resumed() -> &'static str {
    match language() {
        English => "The connection is back.",
        German => "Die Verbindung ist wieder da.",
    }
}

pub(crate) fn files_under_way() -> &'static str {
    match language() {
        English => "Files are still on their way. They go through first; Ctrl-C leaves at once.",
        German => "Es sind noch Dateien unterwegs. Sie kommen zuerst durch; Strg-C geht sofort.",
    }
}

pub(crate) fn files_cut_off() -> &'static str {
    match language() {
        English => "Files were still on their way and have not arrived. Ctrl-D instead of /quit waits for them.",
        German => "Es waren noch Dateien unterwegs, die nicht angekommen sind. Strg-D statt /quit wartet auf sie.",
    }
}

pub(crate) fn downloads_not_permitted(folder: impl Display) -> String {
    match language() {
        English => format!("No file can be taken, since nothing may be written in {folder}: change its rights, or start again with another folder (--downloads)."),
        German => format!("Es kann keine Datei angenommen werden, denn in {folder} darf nichts geschrieben werden: ändere die Rechte, oder starte neu mit einem anderen Ordner (--downloads)."),
    }
}

pub(crate) fn downloads_unwritable(folder: impl Display, error: impl Display) -> String {
    match language() {
        English => format!("No file can be taken, since nothing can be written in {folder} ({error}): start again with another folder (--downloads)."),
        German => format!("Es kann keine Datei angenommen werden, denn in {folder} lässt sich nichts schreiben ({error}): starte neu mit einem anderen Ordner (--downloads)."),
    }
}

pub(crate) fn send_what() -> &'static str {
    match language() {
        English => "Write the path of the file or folder: /send FILE",
        German => "Gib den Pfad der Datei oder des Ordners an: /send DATEI",
    }
}

pub(crate) fn not_sent_along(names: impl Display) -> String {
    match language() {
        English => format!("Not sent along, as links and devices are not, nor what may not be read: {names}"),
        German => format!("Nicht mitgesendet, wie Links, Geräte und was nicht gelesen werden darf: {names}"),
    }
}

pub(crate) fn window_too_small(columns: impl Display, rows: impl Display, width: impl Display, height: impl Display) -> String {
    match language() {
        English => format!("The code needs a window of {columns} columns and {rows} rows, and this one has {width} and {height}: use the link, have a picture of the code written (--png, for a reply --reply-png), or make the window larger and go on with --resume."),
        German => format!("Der Code braucht ein Fenster mit {columns} Spalten und {rows} Zeilen, dieses hat {width} und {height}: Nimm den Link, lass ein Bild des Codes schreiben (--png, für eine Antwort --reply-png) oder mach das Fenster größer und mach mit --resume weiter."),
    }
}

pub(crate) fn no_such_command() -> &'static str {
    match language() {
        English => "There is no such command: type /help for all of them. To send a line that begins with /, type it twice: //",
        German => "Diesen Befehl gibt es nicht: /help zeigt alle. Um eine Zeile zu senden, die mit / beginnt, schreibe ihn doppelt: //",
    }
}

pub(crate) fn ended_here() -> &'static str {
    match language() {
        English => "You left.",
        German => "Du bist gegangen.",
    }
}

pub(crate) fn stopped() -> &'static str {
    match language() {
        English => "\nStopped.",
        German => "\nBeendet.",
    }
}

pub(crate) fn nothing_to_judge() -> &'static str {
    match language() {
        English => "Nothing to compare yet: type /compare first.",
        German => "Noch gibt es nichts zu vergleichen: Gib zuerst /compare ein.",
    }
}

pub(crate) fn nothing_to_say() -> &'static str {
    match language() {
        English => "That can be said only of somebody unverified whose question you answered.",
        German => "Das lässt sich nur von jemandem sagen, der nicht überprüft ist und dessen Frage du beantwortet hast.",
    }
}

pub(crate) fn send_queued(name: impl Display, files: impl Display) -> String {
    match language() {
        English => format!("Waits here until {name} is there (handfast listen, or handfast chat): {files}"),
        German => format!("Wartet hier, bis {name} da ist (handfast listen oder handfast chat): {files}"),
    }
}

pub(crate) fn send_handed_over(name: impl Display, files: impl Display) -> String {
    match language() {
        English => format!("Goes by the conversation with {name} that is open: {files}"),
        German => format!("Geht über das offene Gespräch mit {name}: {files}"),
    }
}

pub(crate) fn send_input() -> &'static str {
    match language() {
        English => "input",
        German => "Eingabe",
    }
}

pub(crate) fn not_all_sent() -> &'static str {
    match language() {
        English => "Not everything has been sent.",
        German => "Nicht alles wurde gesendet.",
    }
}

pub(crate) fn no_such_file() -> &'static str {
    match language() {
        English => "There is no such file to do that with.",
        German => "Es gibt keine solche Datei, mit der das ginge.",
    }
}

pub(crate) fn no_such_offer() -> &'static str {
    match language() {
        English => "No file with that number waits for your answer.",
        German => "Keine Datei mit dieser Nummer wartet auf deine Antwort.",
    }
}

pub(crate) fn released() -> &'static str {
    match language() {
        English => "What they sent meanwhile comes now.",
        German => "Was inzwischen gesendet wurde, kommt jetzt.",
    }
}

pub(crate) fn refused() -> &'static str {
    match language() {
        English => "when you compared with this device, something differed, so it was in between: it is not let in. Make a new invitation and pass it on another way",
        German => "beim Vergleich mit diesem Gerät war etwas anders, also war es dazwischen: es kommt nicht herein. Erstelle eine neue Einladung und gib sie auf anderem Weg weiter",
    }
}

pub(crate) fn different() -> &'static str {
    match language() {
        English => "somebody is in between: the connection was ended. Make a new invitation and pass it on another way",
        German => "jemand ist dazwischen: die Verbindung wurde beendet. Erstelle eine neue Einladung und gib sie auf anderem Weg weiter",
    }
}

pub(crate) fn lost() -> &'static str {
    match language() {
        English => "the connection is lost and they can no longer be reached: make a new invitation and meet again",
        German => "die Verbindung ging verloren, und die andere Seite ist nicht mehr zu erreichen: erstelle eine neue Einladung und trefft euch noch einmal",
    }
}

pub(crate) fn host() -> &'static str {
    match language() {
        English => "Host",
        German => "Gastgeber",
    }
}

pub(crate) fn guest() -> &'static str {
    match language() {
        English => "Guest",
        German => "Gast",
    }
}

pub(crate) fn chat_help() -> &'static str {
    match language() {
        English => "Type a line and press Enter to send it.\n  /send FILE       send a file or a folder\n  /accept [N]      take the file with this number, or all that were offered\n  /decline [N]     decline it, or them\n  /pause [N]       stop a file for a while, or all; /resume [N] goes on\n  /cancel [N]      stop it for good\n  /compare         compare six symbols: are they the same on both sides?\n  /ask QUESTION    ask them what only they know; /answer answers, /noanswer does not\n  /lock QUESTION   lock a message so that only the answer opens it; /open [#ROW] opens one\n  /onlythey        say that only who you mean would have asked you that\n  /reply TEXT      reply to their last line; /reply #ROW TEXT to another, as below too\n  /react SYMBOL    react to it\n  /edit TEXT       change your last line\n  /withdraw        take it back, on both sides\n  /history         what was said before\n  /search WORDS    find what was said, the newest first\n  /disappear 1d    let what you both write go a day after it was seen; or 1h, 7d, off\n  /to NAME         talk to somebody else; in the window this conversation stays open\n  /code            a code for somebody new, or take it back; once they are here you talk to them\n  /more            let them write on, when they have sent as much as they may\n  /help            this text\n  /quit            leave at once; Ctrl-D waits for files first\nA line that begins with * at the edge is from this program. What they write stands further in.",
        German => "Schreibe eine Zeile und drücke die Eingabetaste, um sie zu senden.\n  /send DATEI      eine Datei oder einen Ordner senden\n  /accept [N]      Datei mit dieser Nummer annehmen, oder alle\n  /decline [N]     sie ablehnen\n  /pause [N]       eine Datei eine Weile anhalten, oder alle; /resume [N] macht weiter\n  /cancel [N]      sie ganz abbrechen\n  /compare         sechs Symbole vergleichen: sind sie auf beiden Seiten gleich?\n  /ask FRAGE       fragen, was nur sie wissen; /answer antwortet, /noanswer nicht\n  /lock FRAGE      eine Nachricht verschließen, die nur die Antwort öffnet; /open [#ZEILE] öffnet eine\n  /onlythey        sagen, dass nur die gemeinte Person danach gefragt hätte\n  /reply TEXT      auf ihre letzte Zeile antworten; /reply #ZEILE TEXT auf eine andere, so auch unten\n  /react SYMBOL    darauf reagieren\n  /edit TEXT       deine letzte Zeile ändern\n  /withdraw        sie zurücknehmen, auf beiden Seiten\n  /history         was vorher gesagt wurde\n  /search WÖRTER   finden, was gesagt wurde, das Neueste zuerst\n  /disappear 1d    was ihr schreibt, verschwindet einen Tag nach dem Lesen; oder 1h, 7d, off\n  /to NAME         mit jemand anderem reden; im Fenster bleibt dieses Gespräch offen\n  /code            ein Code für jemand Neuen, oder ihn zurücknehmen; danach redest du mit dieser Person\n  /more            mehr zulassen, wenn die andere Seite an der Grenze ist\n  /help            dieser Text\n  /quit            sofort gehen; Strg-D wartet erst auf Dateien\nEine Zeile, die am Rand mit * beginnt, ist von diesem Programm. Was die andere Seite schreibt, steht weiter innen.",
    }
}

pub(crate) fn screen_people() -> &'static str {
    match language() {
        English => "People",
        German => "Personen",
    }
}

pub(crate) fn screen_waiting() -> &'static str {
    match language() {
        English => "Waiting",
        German => "Wartet",
    }
}

pub(crate) fn screen_invitation(tag: impl Display) -> String {
    match language() {
        English => format!("Code {tag}"),
        German => format!("Code {tag}"),
    }
}

pub(crate) fn screen_reply_to(name: impl Display) -> String {
    match language() {
        English => format!("Reply to {name}"),
        German => format!("Antwort an {name}"),
    }
}

pub(crate) fn screen_here() -> &'static str {
    match language() {
        English => "here",
        German => "da",
    }
}

pub(crate) fn screen_silent() -> &'static str {
    match language() {
        English => "silent",
        German => "still",
    }
}

pub(crate) fn screen_checking() -> &'static str {
    match language() {
        English => "checking",
        German => "wird geprüft",
    }
}

pub(crate) fn screen_trying() -> &'static str {
    match language() {
        English => "trying",
        German => "gesucht",
    }
}

pub(crate) fn screen_offline() -> &'static str {
    match language() {
        English => "no network",
        German => "kein Netz",
    }
}

pub(crate) fn screen_connected() -> &'static str {
    match language() {
        English => "connected",
        German => "verbunden",
    }
}

pub(crate) fn screen_why_silent() -> &'static str {
    match language() {
        English => "silent; what you send waits",
        German => "still; was du sendest, wartet",
    }
}

pub(crate) fn screen_why_checking() -> &'static str {
    match language() {
        English => "here; checking that it is them",
        German => "da; es wird geprüft, wer es ist",
    }
}

pub(crate) fn screen_why_trying() -> &'static str {
    match language() {
        English => "trying, not here yet",
        German => "gesucht, noch nicht da",
    }
}

pub(crate) fn screen_why_trying_heard(ago: impl Display) -> String {
    match language() {
        English => format!("trying, heard {ago} ago"),
        German => format!("gesucht, gehört vor {ago}"),
    }
}

pub(crate) fn screen_why_offline() -> &'static str {
    match language() {
        English => "this machine has no network",
        German => "dieser Rechner hat kein Netz",
    }
}

pub(crate) fn screen_why_over() -> &'static str {
    match language() {
        English => "not connected",
        German => "nicht verbunden",
    }
}

pub(crate) fn screen_verified() -> &'static str {
    match language() {
        English => "verified",
        German => "überprüft",
    }
}

pub(crate) fn screen_answer_checked() -> &'static str {
    match language() {
        English => "answer checked",
        German => "Antwort geprüft",
    }
}

pub(crate) fn screen_introduced() -> &'static str {
    match language() {
        English => "introduced",
        German => "vorgestellt",
    }
}

pub(crate) fn screen_unverified() -> &'static str {
    match language() {
        English => "not verified",
        German => "nicht überprüft",
    }
}

pub(crate) fn screen_today() -> &'static str {
    match language() {
        English => "today",
        German => "heute",
    }
}

pub(crate) fn screen_yesterday() -> &'static str {
    match language() {
        English => "yesterday",
        German => "gestern",
    }
}

pub(crate) fn screen_months() -> &'static str {
    match language() {
        English => "January February March April May June July August September October November December",
        German => "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    }
}

pub(crate) fn screen_day(day: impl Display, month: impl Display, year: impl Display) -> String {
    match language() {
        English => format!("{day} {month} {year}"),
        German => format!("{day}. {month} {year}"),
    }
}

pub(crate) fn screen_true_host(host: impl Display) -> String {
    match language() {
        English => format!("(leads to {host})"),
        German => format!("(führt zu {host})"),
    }
}

pub(crate) fn screen_withdrawn() -> &'static str {
    match language() {
        English => "took this back",
        German => "hat das zurückgenommen",
    }
}

pub(crate) fn screen_ended() -> &'static str {
    match language() {
        English => "has run out",
        German => "ist abgelaufen",
    }
}

pub(crate) fn screen_edited() -> &'static str {
    match language() {
        English => "changed",
        German => "geändert",
    }
}

pub(crate) fn screen_disappears(left: impl Display) -> String {
    match language() {
        English => format!("disappears in {left}"),
        German => format!("verschwindet in {left}"),
    }
}

pub(crate) fn screen_quote_other() -> &'static str {
    match language() {
        English => "something that is no text",
        German => "etwas, das kein Text ist",
    }
}

pub(crate) fn screen_quote_not_here() -> &'static str {
    match language() {
        English => "something that is not here",
        German => "etwas, das nicht hier ist",
    }
}

pub(crate) fn no_such_line() -> &'static str {
    match language() {
        English => "There is no line here that this can be done to.",
        German => "Hier steht keine Zeile, mit der das geht.",
    }
}

pub(crate) fn not_turned() -> &'static str {
    match language() {
        English => "Something is still on its way here and would be lost. Wait until it is through.",
        German => "Hier ist noch etwas unterwegs und ginge verloren. Warte, bis es durch ist.",
    }
}

pub(crate) fn nothing_before() -> &'static str {
    match language() {
        English => "There is nothing before this.",
        German => "Davor gibt es nichts.",
    }
}

pub(crate) fn screen_file_waits() -> &'static str {
    match language() {
        English => "waits until they take it",
        German => "wartet, bis sie angenommen wird",
    }
}

pub(crate) fn screen_file_paused(number: impl Display) -> String {
    match language() {
        English => format!("paused: /resume {number}"),
        German => format!("angehalten: /resume {number}"),
    }
}

pub(crate) fn screen_file_held() -> &'static str {
    match language() {
        English => "paused by them",
        German => "von der anderen Seite angehalten",
    }
}

pub(crate) fn screen_file_apart() -> &'static str {
    match language() {
        English => "goes on when you are together",
        German => "geht weiter, wenn ihr verbunden seid",
    }
}

pub(crate) fn screen_file_offered(number: impl Display) -> String {
    match language() {
        English => format!("waits: /accept {number} or /decline {number}"),
        German => format!("wartet: /accept {number} oder /decline {number}"),
    }
}

pub(crate) fn screen_file_of(done: impl Display, all: impl Display) -> String {
    match language() {
        English => format!("{done} of {all}"),
        German => format!("{done} von {all}"),
    }
}

pub(crate) fn screen_file_stored(path: impl Display) -> String {
    match language() {
        English => format!("is here: {path}"),
        German => format!("ist hier: {path}"),
    }
}

pub(crate) fn screen_file_arrived() -> &'static str {
    match language() {
        English => "has arrived",
        German => "ist angekommen",
    }
}

pub(crate) fn screen_compare() -> &'static str {
    match language() {
        English => "Do they see the same, in this order?",
        German => "Sieht die andere Seite dasselbe, in dieser Reihenfolge?",
    }
}

pub(crate) fn screen_compare_how() -> &'static str {
    match language() {
        English => "/same, /different, or Esc for later",
        German => "/same für gleich, /different für anders, Esc für später",
    }
}

pub(crate) fn screen_further_down() -> &'static str {
    match language() {
        English => "End goes to the last line",
        German => "Ende führt zur letzten Zeile",
    }
}

pub(crate) fn screen_new_below(count: u64) -> String {
    match (language(), count == 1) {
        (English, true) => format!("{count} new line below: End"),
        (English, false) => format!("{count} new lines below: End"),
        (German, true) => format!("{count} neue Zeile unten: Ende"),
        (German, false) => format!("{count} neue Zeilen unten: Ende"),
    }
}

pub(crate) fn screen_over_how() -> &'static str {
    match language() {
        English => "The conversation is over. What was said stays here until you leave with F10.",
        German => "Das Gespräch ist zu Ende. Was gesagt wurde, bleibt hier, bis du mit F10 gehst.",
    }
}

pub(crate) fn screen_code() -> &'static str {
    match language() {
        English => "For somebody else to scan. Esc takes it back.",
        German => "Für jemand anderen zum Scannen. Esc nimmt ihn zurück.",
    }
}

pub(crate) fn screen_no_code() -> &'static str {
    match language() {
        English => "The code has no room in this window: make it larger, or hand on this link. Esc takes it back.",
        German => "Der Code hat in diesem Fenster keinen Platz: Mach es größer oder gib diesen Link weiter. Esc nimmt ihn zurück.",
    }
}

pub(crate) fn screen_key_code() -> &'static str {
    match language() {
        English => "code",
        German => "Code",
    }
}

pub(crate) fn screen_key_file() -> &'static str {
    match language() {
        English => "file",
        German => "Datei",
    }
}

pub(crate) fn screen_key_compare() -> &'static str {
    match language() {
        English => "compare",
        German => "vergleichen",
    }
}

pub(crate) fn screen_key_people() -> &'static str {
    match language() {
        English => "people",
        German => "Personen",
    }
}

pub(crate) fn screen_key_history() -> &'static str {
    match language() {
        English => "history",
        German => "Verlauf",
    }
}

pub(crate) fn screen_key_help() -> &'static str {
    match language() {
        English => "help",
        German => "Hilfe",
    }
}

pub(crate) fn screen_key_leave() -> &'static str {
    match language() {
        English => "leave",
        German => "gehen",
    }
}

pub(crate) fn screen_help() -> &'static str {
    match language() {
        English => "Keys:\n  PgUp, PgDn       read what was said before\n  Home, End        its beginning and its end, while nothing is typed\n  Alt-Up, Alt-Down choose a line: F3 opens it, F6 replies, F7 reacts, F8 changes it, F9 takes it back\n  Alt-Enter        go on in a new line\n  Tab, Alt-1..9    turn to the next one, or to one by place; in a command, complete it\n  Up, Down         bring back commands that were typed\n  Esc              put aside what asks for an answer, or show it again",
        German => "Tasten:\n  Bild auf, ab     lesen, was vorher gesagt wurde\n  Pos1, Ende       Anfang und Ende davon, solange nichts getippt ist\n  Alt-Auf, Alt-Ab  eine Zeile wählen: F3 öffnet sie, F6 antwortet, F7 reagiert, F8 ändert sie, F9 nimmt sie zurück\n  Alt-Eingabe      in einer neuen Zeile weiterschreiben\n  Tab, Alt-1..9    zur nächsten Person, oder zu einer nach ihrem Platz; in einem Befehl: ihn ergänzen\n  Auf, Ab          getippte Befehle zurückholen\n  Esc              weglegen, was eine Antwort will, oder wieder zeigen",
    }
}

pub(crate) fn home_and_incognito() -> &'static str {
    match language() {
        English => "--incognito keeps nothing, so it takes no --home: leave one of them out",
        German => "--incognito behält nichts und verträgt sich nicht mit --home: Lass eines von beiden weg",
    }
}

pub(crate) fn no_home() -> &'static str {
    match language() {
        English => "this system names no folder for what lasts: name one with --home, or use --incognito",
        German => "dieses System nennt keinen Ordner für das, was bleibt: nenne einen mit --home, oder nimm --incognito",
    }
}

pub(crate) fn nothing_to_resume() -> &'static str {
    match language() {
        English => "nothing is waiting: make a new invitation, or ask for one",
        German => "es wartet nichts: erstelle eine neue Einladung oder bitte um eine",
    }
}

pub(crate) fn contact() -> &'static str {
    match language() {
        English => "somebody",
        German => "jemand",
    }
}

pub(crate) fn no_contacts() -> &'static str {
    match language() {
        English => "You have met nobody yet.",
        German => "Du hast noch niemanden getroffen.",
    }
}

pub(crate) fn contact_line(name: impl Display, id: impl Display, ago: impl Display, trust: impl Display) -> String {
    match language() {
        English => format!("{name} ({id}), heard {ago} ago. {trust}"),
        German => format!("{name} ({id}), gehört vor {ago}. {trust}"),
    }
}

pub(crate) fn contact_one_unread() -> &'static str {
    match language() {
        English => "1 message is unread.",
        German => "1 Nachricht ist ungelesen.",
    }
}

pub(crate) fn contact_unread(count: impl Display) -> String {
    match language() {
        English => format!("{count} messages are unread."),
        German => format!("{count} Nachrichten sind ungelesen."),
    }
}

pub(crate) fn is_bundle() -> &'static str {
    match language() {
        English => "Messages for somebody. They take them in with handfast open.",
        German => "Nachrichten für jemanden. Mit handfast open werden sie angenommen.",
    }
}

pub(crate) fn bundle_other() -> &'static str {
    match language() {
        English => "these messages are from nobody you have met, or not for this device",
        German => "diese Nachrichten sind von niemandem, den du getroffen hast, oder nicht für dieses Gerät",
    }
}

pub(crate) fn bundle_altered() -> &'static str {
    match language() {
        English => "these messages were changed on the way: ask for them to be sent again",
        German => "diese Nachrichten wurden unterwegs verändert: bitte darum, sie noch einmal zu senden",
    }
}

pub(crate) fn bundle_missing() -> &'static str {
    match language() {
        English => "something is missing before these messages: ask them for another bundle after sending them yours",
        German => "vor diesen Nachrichten fehlt etwas: schicke ihnen dein Bündel und bitte um ein neues",
    }
}

pub(crate) fn bundle_not_invitation() -> &'static str {
    match language() {
        English => "these are messages and no invitation: take them in with handfast open",
        German => "das sind Nachrichten und keine Einladung: nimm sie mit handfast open an",
    }
}

pub(crate) fn bundle_needs_file() -> &'static str {
    match language() {
        English => "this is too long for a code or a link: write it to a file with -o FILE",
        German => "das ist zu lang für einen Code oder einen Link: schreibe es mit -o DATEI in eine Datei",
    }
}

pub(crate) fn bundle_is_not_all() -> &'static str {
    match language() {
        English => "More waits than fits. The rest goes with the next one, once theirs says that this arrived.",
        German => "Es wartet mehr, als hineinpasst. Der Rest geht mit dem nächsten, sobald ihres sagt, dass dieses ankam.",
    }
}

pub(crate) fn bundle_of_none(name: impl Display) -> String {
    match language() {
        English => format!("Nothing waits for {name}. This says what has arrived here."),
        German => format!("Auf {name} wartet nichts. Dies sagt, was hier angekommen ist."),
    }
}

pub(crate) fn some_messages(count: u64) -> String {
    match (language(), count == 1) {
        (English, true) => format!("{count} message"),
        (English, false) => format!("{count} messages"),
        (German, true) => format!("{count} Nachricht"),
        (German, false) => format!("{count} Nachrichten"),
    }
}

pub(crate) fn bundle_shown(messages: impl Display, name: impl Display) -> String {
    match language() {
        English => format!("{messages} for {name} in this. Only {name} can open it."),
        German => format!("{messages} für {name} hierin. Nur {name} kann es öffnen."),
    }
}

pub(crate) fn bundle_in_file(path: impl Display, messages: impl Display, name: impl Display) -> String {
    match language() {
        English => format!("{path} holds {messages} for {name}. Only {name} can open it."),
        German => format!("{path} enthält {messages} für {name}. Nur {name} kann es öffnen."),
    }
}

pub(crate) fn bundle_taken(messages: impl Display, name: impl Display) -> String {
    match language() {
        English => format!("{messages} of {name} not seen before. Read on with handfast chat."),
        German => format!("{messages} von {name}, noch nicht gesehen. Lies weiter mit handfast chat."),
    }
}

pub(crate) fn bundle_nothing_new(name: impl Display) -> String {
    match language() {
        English => format!("Nothing in it is new. It is from {name}."),
        German => format!("Nichts darin ist neu. Es ist von {name}."),
    }
}

pub(crate) fn life_holds(span: impl Display) -> String {
    match language() {
        English => format!("What is written from now on disappears {span} after it was seen, on both devices. A terminal keeps what it has printed."),
        German => format!("Was ab jetzt geschrieben wird, verschwindet {span} nach dem Lesen, auf beiden Geräten. Ein Terminal behält, was es ausgegeben hat."),
    }
}

pub(crate) fn life_proposed_here(span: impl Display) -> String {
    match language() {
        English => format!("You propose that what is written from now on disappears {span} after it was seen. It holds once they agree."),
        German => format!("Du schlägst vor, dass ab jetzt alles {span} nach dem Lesen verschwindet. Es gilt, sobald die andere Seite zustimmt."),
    }
}

pub(crate) fn life_off_proposed_here() -> &'static str {
    match language() {
        English => "You propose that what is written from now on stays. It holds once they agree.",
        German => "Du schlägst vor, dass ab jetzt alles bleibt. Es gilt, sobald die andere Seite zustimmt.",
    }
}

pub(crate) fn life_proposed(span: impl Display, life: impl Display) -> String {
    match language() {
        English => format!("They propose that what is written from now on disappears {span} after it was seen. To agree, type /disappear {life}."),
        German => format!("Die andere Seite schlägt vor, dass ab jetzt alles {span} nach dem Lesen verschwindet. Zustimmen: /disappear {life}."),
    }
}

pub(crate) fn life_off_proposed() -> &'static str {
    match language() {
        English => "They propose that what is written from now on stays. To agree, type /disappear off.",
        German => "Die andere Seite schlägt vor, dass ab jetzt alles bleibt. Zustimmen: /disappear off.",
    }
}

pub(crate) fn life_how() -> &'static str {
    match language() {
        English => "Say how long what is written lasts once it was seen, from 1m to 365d: /disappear 1h, 1d, 7d or off. It needs somebody you have met.",
        German => "Sag, wie lange Geschriebenes nach dem Lesen bleibt, von 1m bis 365d: /disappear 1h, 1d, 7d oder off. Dafür braucht es jemanden, den du getroffen hast.",
    }
}

pub(crate) fn search_what() -> &'static str {
    match language() {
        English => "What are you looking for? Type /search and the words.",
        German => "Was suchst du? Schreibe /search und die Wörter.",
    }
}

pub(crate) fn search_more() -> &'static str {
    match language() {
        English => "There may be more: add a word, or use handfast search.",
        German => "Vielleicht gibt es noch mehr: Nimm ein Wort dazu, oder nutze handfast search.",
    }
}

pub(crate) fn hit_ours(name: impl Display, when: impl Display) -> String {
    match language() {
        English => format!("You to {name}, {when}"),
        German => format!("Du an {name}, {when}"),
    }
}

pub(crate) fn hit_theirs(name: impl Display, when: impl Display) -> String {
    match language() {
        English => format!("{name}, {when}"),
        German => format!("{name}, {when}"),
    }
}

pub(crate) fn new_messages() -> &'static str {
    match language() {
        English => "New:",
        German => "Neu:",
    }
}

pub(crate) fn screen_new() -> &'static str {
    match language() {
        English => "new",
        German => "neu",
    }
}

pub(crate) fn screen_unread(count: impl Display) -> String {
    match language() {
        English => format!("{count} new"),
        German => format!("{count} neu"),
    }
}

pub(crate) fn contact_own_name(name: impl Display) -> String {
    match language() {
        English => format!("They call themselves {name}."),
        German => format!("Nennt sich selbst {name}."),
    }
}

pub(crate) fn contact_blocked() -> &'static str {
    match language() {
        English => "Blocked.",
        German => "Blockiert.",
    }
}

pub(crate) fn contact_files(size: impl Display) -> String {
    match language() {
        English => format!("Files up to {size} in a conversation are taken unasked."),
        German => format!("Dateien bis {size} in einem Gespräch werden ungefragt genommen."),
    }
}

pub(crate) fn contact_no_files() -> &'static str {
    match language() {
        English => "No file is taken unasked.",
        German => "Keine Datei wird ungefragt genommen.",
    }
}

pub(crate) fn contact_renamed(name: impl Display, given: impl Display) -> String {
    match language() {
        English => format!("{name} is called {given} here from now on."),
        German => format!("{name} heißt hier von nun an {given}."),
    }
}

pub(crate) fn contact_unnamed(name: impl Display, own: impl Display) -> String {
    match language() {
        English => format!("{name} is called {own} again, as they call themselves."),
        German => format!("{name} heißt wieder {own}, nach dem eigenen Namen."),
    }
}

pub(crate) fn contact_now_blocked(name: impl Display) -> String {
    match language() {
        English => format!("{name} is blocked: not looked for, and not let in. They can notice that. To undo it: handfast contacts --unblock"),
        German => format!("{name} ist blockiert, wird nicht gesucht und kommt nicht herein. Bemerken lässt sich das. Rückgängig macht es handfast contacts --unblock"),
    }
}

pub(crate) fn contact_unblocked(name: impl Display) -> String {
    match language() {
        English => format!("{name} is not blocked any more."),
        German => format!("{name} ist nicht mehr blockiert."),
    }
}

pub(crate) fn contact_now_files(name: impl Display, size: impl Display) -> String {
    match language() {
        English => format!("From the next conversation on, files from {name} are taken unasked, up to {size} in each."),
        German => format!("Vom nächsten Gespräch an werden Dateien von {name} ungefragt genommen, in jedem bis {size}."),
    }
}

pub(crate) fn contact_now_no_files(name: impl Display) -> String {
    match language() {
        English => format!("From the next conversation on, you are asked about every file from {name}."),
        German => format!("Vom nächsten Gespräch an wirst du vor jeder Datei von {name} gefragt."),
    }
}

pub(crate) fn contact_files_usual(name: impl Display) -> String {
    match language() {
        English => format!("Files from {name} are taken as they are from everybody."),
        German => format!("Dateien von {name} werden genommen wie von allen."),
    }
}

pub(crate) fn blocked() -> &'static str {
    match language() {
        English => "you have blocked this contact: take the block away with handfast contacts --unblock, then look for them",
        German => "du hast diesen Kontakt blockiert: nimm das mit handfast contacts --unblock zurück, dann such ihn",
    }
}

pub(crate) fn ended_blocked() -> &'static str {
    match language() {
        English => "you have blocked whoever came, so they are not let in. To let them in, take the block away with handfast contacts --unblock, and make a new invitation",
        German => "du hast blockiert, wer da kam, also kommt er nicht herein. Soll er herein, nimm das mit handfast contacts --unblock zurück und erstelle eine neue Einladung",
    }
}

pub(crate) fn ended_elsewhere() -> &'static str {
    match language() {
        English => "you are connected to them already, in another window: go on there",
        German => "ihr seid schon verbunden, in einem anderen Fenster: mach dort weiter",
    }
}

pub(crate) fn unknown_contact() -> &'static str {
    match language() {
        English => "no contact is called that: look at the list that handfast contacts prints",
        German => "kein Kontakt heißt so: sieh in die Liste, die handfast contacts ausgibt",
    }
}

pub(crate) fn several_contacts() -> &'static str {
    match language() {
        English => "several contacts are called that: take the letters and digits behind the name, as handfast contacts prints them",
        German => "mehrere Kontakte heißen so: nimm die Buchstaben und Ziffern hinter dem Namen, wie handfast contacts sie ausgibt",
    }
}

pub(crate) fn forgotten(name: impl Display) -> String {
    match language() {
        English => format!("{name} is forgotten. To find each other again you have to meet once more."),
        German => format!("{name} ist vergessen. Um euch wiederzufinden, müsst ihr euch noch einmal treffen."),
    }
}

pub(crate) fn seeking(name: impl Display) -> String {
    match language() {
        English => format!("Looking for {name}. It works as soon as they look for you as well."),
        German => format!("Ich suche {name}. Es geht, sobald auch dort nach dir gesucht wird."),
    }
}

pub(crate) fn seeking_heard(name: impl Display, ago: impl Display) -> String {
    match language() {
        English => format!("Looking for {name}, heard {ago} ago. It works as soon as they look for you as well."),
        German => format!("Ich suche {name}, gehört vor {ago}. Es geht, sobald auch dort nach dir gesucht wird."),
    }
}

pub(crate) fn contact_away() -> &'static str {
    match language() {
        English => "They are gone. You are told when they are back; what you type waits.",
        German => "Die andere Seite ist weg. Du hörst, wenn sie wieder da ist; was du tippst, wartet.",
    }
}

pub(crate) fn contact_back(name: impl Display) -> String {
    match language() {
        English => format!("{name} is back."),
        German => format!("{name} ist wieder da."),
    }
}

pub(crate) fn restored_theirs(name: impl Display) -> String {
    match language() {
        English => format!("{name} says that theirs is a restored device, as on a new phone. If you do not know of one, somebody may use a copy: /ask them something. Go on with it? /yes or /no"),
        German => format!("{name} sagt, es sei ein wiederhergestelltes Gerät, wie nach einem neuen Telefon. Weißt du von keinem, benutzt vielleicht jemand eine Kopie: frag mit /ask etwas. Damit weitermachen? /ja oder /nein"),
    }
}

pub(crate) fn restored_ours(name: impl Display) -> String {
    match language() {
        English => format!("This device was restored. {name} is asked whether to go on with it. Are you sure it is them? /yes or /no"),
        German => format!("Dieses Gerät wurde wiederhergestellt. {name} wird gefragt, ob es damit weitergeht. Bist du sicher, dass sie es sind? /ja oder /nein"),
    }
}

pub(crate) fn restored_unclear(name: impl Display) -> String {
    match language() {
        English => format!("Another device has met {name} in the place of one of these two, as a copy of it does. If you have restored yours elsewhere, was that you? If {name} has, was it them? If not, somebody uses a copy. Go on here? /yes or /no, or /notmine if somebody else has your device"),
        German => format!("Ein anderes Gerät hat {name} anstelle von einem dieser beiden getroffen, wie eine Kopie davon es tut. Hast du deines anderswo wiederhergestellt, warst du das? Hat {name} das getan, war es diese Person? Sonst benutzt jemand eine Kopie. Hier weitermachen? /ja oder /nein, oder /notmine, wenn jemand anders dein Gerät hat"),
    }
}

pub(crate) fn nothing_waits() -> &'static str {
    match language() {
        English => "Nothing is waiting.",
        German => "Es wartet nichts.",
    }
}

pub(crate) fn unknown_invitation() -> &'static str {
    match language() {
        English => "nothing by that name is waiting: look at the list that handfast invitations prints",
        German => "unter diesem Namen wartet nichts: sieh in die Liste, die handfast invitations ausgibt",
    }
}

pub(crate) fn write_more() -> &'static str {
    match language() {
        English => "several begin like that: write the whole name",
        German => "mehrere beginnen so: schreibe den ganzen Namen",
    }
}

pub(crate) fn invitation_in_use() -> &'static str {
    match language() {
        English => "another handfast on this machine is waiting with it already: go on there, or stop that one first",
        German => "ein anderes handfast auf diesem Rechner wartet schon damit: mach dort weiter oder beende es zuerst",
    }
}

pub(crate) fn unchangeable() -> &'static str {
    match language() {
        English => "that cannot be changed: you can edit a text of yours, and take back what you wrote",
        German => "das lässt sich nicht ändern: du kannst einen eigenen Text bearbeiten und zurücknehmen, was du geschrieben hast",
    }
}

pub(crate) fn not_yet() -> &'static str {
    match language() {
        English => "this ended a moment ago, and that is still being stored: try again in a moment",
        German => "das ist gerade erst zu Ende gegangen und wird noch gespeichert: versuche es gleich noch einmal",
    }
}

pub(crate) fn reply_kept() -> &'static str {
    match language() {
        English => "Their reply is here already.",
        German => "Der Antwortcode ist schon da.",
    }
}

pub(crate) fn moved_host() -> &'static str {
    match language() {
        English => "This machine is not where the invitation leads any more. They can still come: let them send you their reply.",
        German => "Dieser Rechner ist nicht mehr, wohin die Einladung führt. Die andere Person kann trotzdem kommen: Lass dir ihren Antwortcode senden.",
    }
}

pub(crate) fn over_moved() -> &'static str {
    match language() {
        English => "this machine is not where the locked invitation leads any more: make a new one",
        German => "dieser Rechner ist nicht mehr, wohin die verschlossene Einladung führt: erstelle eine neue",
    }
}

pub(crate) fn others_talk() -> &'static str {
    match language() {
        English => "Another handfast on this machine talks through this one, so this one stays until that is over. Ctrl-C ends both.",
        German => "Ein anderes handfast auf diesem Rechner spricht durch dieses, darum bleibt dieses, bis das vorbei ist. Strg-C beendet beide.",
    }
}

pub(crate) fn other_version(version: impl Display) -> String {
    match language() {
        English => format!("another version of handfast ({version}) is at work with this folder: close it first"),
        German => format!("eine andere Fassung von handfast ({version}) arbeitet mit diesem Ordner: schließe sie zuerst"),
    }
}

pub(crate) fn owner_silent(process: impl Display) -> String {
    match language() {
        English => format!("process {process} is at work with this folder and does not answer: if Ctrl-Z stopped it, type fg in its terminal, or end it, then try again"),
        German => format!("Prozess {process} arbeitet mit diesem Ordner und antwortet nicht: hat Strg-Z ihn angehalten, gib in seinem Terminal fg ein, oder beende ihn, und versuche es noch einmal"),
    }
}

pub(crate) fn socket_not_ours() -> &'static str {
    match language() {
        English => "this was made by somebody else: look who made it, remove it, then try again",
        German => "das hat jemand anderes angelegt: sieh nach, wer, entferne es und versuche es noch einmal",
    }
}

pub(crate) fn message_too_long() -> &'static str {
    match language() {
        English => "That is too long for one message: write it in parts, or send it as a file.",
        German => "Das ist zu lang für eine Nachricht: schreibe es in Teilen oder sende es als Datei.",
    }
}

pub(crate) fn not_remembered() -> &'static str {
    match language() {
        English => "This could not be kept, so it is forgotten when the program ends.",
        German => "Das ließ sich nicht aufbewahren und ist vergessen, wenn das Programm endet.",
    }
}

pub(crate) fn listen_nobody() -> &'static str {
    match language() {
        English => "There is nobody yet whom this device could find: meet somebody first. It listens all the same.",
        German => "Es gibt noch niemanden, den dieses Gerät finden könnte: Triff erst jemanden. Es hört trotzdem.",
    }
}

pub(crate) fn listen_one() -> &'static str {
    match language() {
        English => "One contact is looked for. Ctrl-C ends it.",
        German => "Ein Kontakt wird gesucht. Strg-C beendet es.",
    }
}

pub(crate) fn listen_many(count: impl Display) -> String {
    match language() {
        English => format!("{count} contacts are looked for. Ctrl-C ends it."),
        German => format!("{count} Kontakte werden gesucht. Strg-C beendet es."),
    }
}

pub(crate) fn listen_present(name: impl Display) -> String {
    match language() {
        English => format!("{name} is here."),
        German => format!("{name} ist da."),
    }
}

pub(crate) fn listen_absent(name: impl Display) -> String {
    match language() {
        English => format!("{name} is gone."),
        German => format!("{name} ist weg."),
    }
}

pub(crate) fn listen_restored(name: impl Display) -> String {
    match language() {
        English => format!("{name} seems to have a restored device. Talk to them (handfast chat) to decide about it."),
        German => format!("{name} hat anscheinend ein wiederhergestelltes Gerät. Sprich sie an (handfast chat), um zu entscheiden."),
    }
}

pub(crate) fn listen_file_waits(name: impl Display, file: impl Display, size: impl Display) -> String {
    match language() {
        English => format!("{name} wants to send {file} ({size}). Talk to them (handfast chat) to take it."),
        German => format!("{name} möchte {file} senden ({size}). Sprich sie an (handfast chat), um sie anzunehmen."),
    }
}

pub(crate) fn listen_file(name: impl Display, path: impl Display, size: impl Display) -> String {
    match language() {
        English => format!("{name} sent {path} ({size})."),
        German => format!("{name} hat {path} gesendet ({size})."),
    }
}

pub(crate) fn other_device() -> &'static str {
    match language() {
        English => "Another device writes to them as you, or did: a copy of this one. Was this you? /mine if it was, /notmine if it was not",
        German => "Ein anderes Gerät schreibt ihnen als du, oder hat es getan: eine Kopie von diesem. Warst du das? /mine, wenn ja, /notmine, wenn nein",
    }
}

pub(crate) fn other_device_ours(name: impl Display) -> String {
    match language() {
        English => format!("{name}: the other device is yours."),
        German => format!("{name}: Das andere Gerät ist deines."),
    }
}

pub(crate) fn other_device_not_ours(name: impl Display) -> String {
    match language() {
        English => format!("{name}: somebody else has used a copy of this device. Nothing is exchanged with them until you meet or compare."),
        German => format!("{name}: Jemand anders hat eine Kopie dieses Geräts benutzt. Es wird nichts ausgetauscht, bis ihr euch trefft oder vergleicht."),
    }
}

pub(crate) fn contact_replaced() -> &'static str {
    match language() {
        English => "Another device writes to them as you: was this you?",
        German => "Ein anderes Gerät schreibt ihnen als du: Warst du das?",
    }
}

pub(crate) fn ended_frozen() -> &'static str {
    match language() {
        English => "somebody else came in their name or yours: meet again by an invitation, and compare",
        German => "jemand anders kam in ihrem oder deinem Namen: trefft euch über eine Einladung und vergleicht",
    }
}

pub(crate) fn ended_forgotten() -> &'static str {
    match language() {
        English => "they do not keep you any more: meet again by an invitation to talk. What was said stays here",
        German => "sie haben dich vergessen: trefft euch über eine Einladung, um zu reden. Was gesagt wurde, bleibt hier",
    }
}

pub(crate) fn hindered_not_kept() -> &'static str {
    match language() {
        English => "they do not keep you: what was said can be read, and you meet again by an invitation",
        German => "sie merken sich dich nicht: was gesagt wurde, kann gelesen werden, und ihr trefft euch über eine Einladung wieder",
    }
}

pub(crate) fn no_tries_left() -> &'static str {
    match language() {
        English => "they have given three wrong answers today: compare, or ask again tomorrow",
        German => "heute kamen drei falsche Antworten: vergleicht, oder frag morgen wieder",
    }
}

pub(crate) fn ask_what() -> &'static str {
    match language() {
        English => "type the question behind it, as in /ask What was our first dog called?",
        German => "schreibe die Frage dahinter, wie in /ask Wie hieß unser erster Hund?",
    }
}

pub(crate) fn answer_in_window() -> &'static str {
    match language() {
        English => "Type your answer. They learn whether it is right, and nothing else of it.",
        German => "Schreibe deine Antwort. Sie erfahren, ob sie stimmt, und sonst nichts davon.",
    }
}

pub(crate) fn ask_answer() -> &'static str {
    match language() {
        English => "the answer that you expect, which is not shown to them: ",
        German => "die Antwort, die du erwartest und die sie nicht sehen: ",
    }
}

pub(crate) fn ask_not_now() -> &'static str {
    match language() {
        English => "there is nobody to ask, or another question is still open",
        German => "es ist niemand da zum Fragen, oder eine andere Frage ist noch offen",
    }
}

pub(crate) fn lock_what() -> &'static str {
    match language() {
        English => "type the question behind it, as in /lock Where did we meet?",
        German => "schreibe die Frage dahinter, wie in /lock Wo haben wir uns getroffen?",
    }
}

pub(crate) fn lock_answer() -> &'static str {
    match language() {
        English => "the answer that opens it: ",
        German => "die Antwort, die sie öffnet: ",
    }
}

pub(crate) fn lock_message() -> &'static str {
    match language() {
        English => "Now type the message. Who has it can try answers without end, so take one that cannot be guessed.",
        German => "Jetzt die Nachricht. Wer sie hat, kann beliebig oft raten: Nimm eine Antwort, die sich nicht erraten lässt.",
    }
}

pub(crate) fn lock_not_now() -> &'static str {
    match language() {
        English => "That cannot be locked or opened here: it needs a conversation that both keep.",
        German => "Das lässt sich hier nicht verschließen oder öffnen: Dazu braucht es ein Gespräch, das beide behalten.",
    }
}

pub(crate) fn open_what() -> &'static str {
    match language() {
        English => "There is no locked message here, or none in that line.",
        German => "Hier ist keine verschlossene Nachricht, oder keine in dieser Zeile.",
    }
}

pub(crate) fn locked_ours(questions: impl Display, row: impl Display) -> String {
    match language() {
        English => format!("You have locked a message: {questions} (/open #{row})"),
        German => format!("Du hast eine Nachricht verschlossen: {questions} (/open #{row})"),
    }
}

pub(crate) fn locked_theirs(questions: impl Display, row: impl Display) -> String {
    match language() {
        English => format!("A locked message: {questions} (/open #{row} reads it with the answer)"),
        German => format!("Eine verschlossene Nachricht: {questions} (/open #{row} liest sie mit der Antwort)"),
    }
}

pub(crate) fn locked_from(name: impl Display) -> String {
    match language() {
        English => format!("{name} has sent a locked message: read it in the conversation"),
        German => format!("{name} hat eine verschlossene Nachricht gesendet: Lies sie im Gespräch"),
    }
}

pub(crate) fn locked_says() -> &'static str {
    match language() {
        English => "locked message",
        German => "verschlossene Nachricht",
    }
}

pub(crate) fn locked_stays() -> &'static str {
    match language() {
        English => "That answer does not open it.",
        German => "Diese Antwort öffnet sie nicht.",
    }
}

pub(crate) fn no_question() -> &'static str {
    match language() {
        English => "no question waits for an answer",
        German => "keine Frage wartet auf eine Antwort",
    }
}

pub(crate) fn question_asked(name: impl Display, question: impl Display) -> String {
    match language() {
        English => format!("You have asked {name}: {question}"),
        German => format!("Du hast {name} gefragt: {question}"),
    }
}

pub(crate) fn question_theirs(name: impl Display, question: impl Display) -> String {
    match language() {
        English => format!("{name} asks: {question} They learn whether you know what they expect, and each answer lets them test one guess at yours. /answer or /noanswer"),
        German => format!("{name} fragt: {question} Sie erfahren, ob du weißt, was sie erwarten, und mit jeder Antwort können sie einmal raten, was deine ist. /answer oder /noanswer"),
    }
}

pub(crate) fn question_right(name: impl Display) -> String {
    match language() {
        English => format!("{name} knows the answer."),
        German => format!("{name} weiß die Antwort."),
    }
}

pub(crate) fn question_wrong(name: impl Display, left: impl Display) -> String {
    match language() {
        English => format!("{name} has given another answer; so many more: {left}."),
        German => format!("{name} hat eine andere Antwort gegeben; so viele noch: {left}."),
    }
}

pub(crate) fn question_wrong_last(name: impl Display) -> String {
    match language() {
        English => format!("{name} has given another answer, and gives no more today. If you doubt who it is, compare."),
        German => format!("{name} hat eine andere Antwort gegeben und gibt heute keine mehr. Wenn du zweifelst, wer das ist, vergleicht."),
    }
}

pub(crate) fn question_unanswered(name: impl Display) -> String {
    match language() {
        English => format!("{name} gives no answer."),
        German => format!("{name} antwortet nicht."),
    }
}

pub(crate) fn answer_right(name: impl Display) -> String {
    match language() {
        English => format!("{name} expected that answer."),
        German => format!("{name} hat diese Antwort erwartet."),
    }
}

pub(crate) fn answer_wrong(name: impl Display, left: impl Display) -> String {
    match language() {
        English => format!("{name} expected another answer; so many more: {left}. /answer or /noanswer"),
        German => format!("{name} hat eine andere Antwort erwartet; so viele noch: {left}. /answer oder /noanswer"),
    }
}

pub(crate) fn answer_wrong_last(name: impl Display) -> String {
    match language() {
        English => format!("{name} expected another answer, and no more are given today."),
        German => format!("{name} hat eine andere Antwort erwartet, und heute werden keine mehr gegeben."),
    }
}

pub(crate) fn answer_not_given(name: impl Display) -> String {
    match language() {
        English => format!("No answer was given to {name}."),
        German => format!("{name} hat keine Antwort bekommen."),
    }
}

pub(crate) fn you() -> &'static str {
    match language() {
        English => "you",
        German => "du",
    }
}

pub(crate) fn they_edited(name: impl Display) -> String {
    match language() {
        English => format!("{name} changed that to:"),
        German => format!("{name} hat das geändert in:"),
    }
}

pub(crate) fn they_took_back(name: impl Display) -> String {
    match language() {
        English => format!("{name} took something back."),
        German => format!("{name} hat etwas zurückgenommen."),
    }
}

pub(crate) fn row_restored() -> &'static str {
    match language() {
        English => "Their device came back from a copy: it begins anew here.",
        German => "Ihr Gerät kam aus einer Kopie zurück: Es beginnt hier neu.",
    }
}

pub(crate) fn row_not_readable() -> &'static str {
    match language() {
        English => "Something stands here that this version cannot read; update the program.",
        German => "Hier steht etwas, das diese Version nicht lesen kann; aktualisiere das Programm.",
    }
}

pub(crate) fn moved_guest() -> &'static str {
    match language() {
        English => "This machine is not where your reply leads any more: a new one takes its place.",
        German => "Dieser Rechner ist nicht mehr, wohin dein Antwortcode führt: Ein neuer tritt an seine Stelle.",
    }
}

pub(crate) fn joined_before() -> &'static str {
    match language() {
        English => "You have accepted this before, and go on with it.",
        German => "Du hast das schon einmal angenommen und machst damit weiter.",
    }
}

pub(crate) fn asking_is_stronger() -> &'static str {
    match language() {
        English => "With --ask instead of --lock, nobody has more than three tries.",
        German => "Mit --ask statt --lock hat niemand mehr als drei Versuche.",
    }
}

pub(crate) fn answer_needed() -> &'static str {
    match language() {
        English => "there is nobody to ask for the answer: give it in a file with --answer-file, or - for standard input",
        German => "niemand ist da, um nach der Antwort gefragt zu werden: gib sie in einer Datei mit --answer-file an, oder - für die Standardeingabe",
    }
}

pub(crate) fn answer_again() -> &'static str {
    match language() {
        English => "The same again:",
        German => "Noch einmal dasselbe:",
    }
}

pub(crate) fn answers_differ() -> &'static str {
    match language() {
        English => "These two are not the same. Once more:",
        German => "Die beiden sind nicht gleich. Noch einmal:",
    }
}

pub(crate) fn answers_not_text() -> &'static str {
    match language() {
        English => "the file with the answers is not text in UTF-8: save it as such",
        German => "die Datei mit den Antworten ist kein Text in UTF-8: speichere sie so",
    }
}

pub(crate) fn not_a_password() -> &'static str {
    match language() {
        English => "The sender wrote this. Do not answer with a password that you use elsewhere.",
        German => "Von der anderen Seite geschrieben. Antworte nicht mit einem Passwort, das du anderswo benutzt.",
    }
}

pub(crate) fn code_missing() -> &'static str {
    match language() {
        English => "a code is needed as well, which the sender passes on another way: give it in a file with --code-file",
        German => "es braucht auch einen Code, der auf anderem Weg kommt: gib ihn in einer Datei mit --code-file an",
    }
}

pub(crate) fn code_prompt() -> &'static str {
    match language() {
        English => "Code (letters and digits, or words):",
        German => "Code (Buchstaben und Ziffern, oder Wörter):",
    }
}

pub(crate) fn holds_a_device() -> &'static str {
    match language() {
        English => "this holds a device that moves and not a file: take it up with handfast import",
        German => "darin ist ein Gerät, das umzieht, und keine Datei: übernimm es mit handfast import",
    }
}

pub(crate) fn erase_question(path: impl Display) -> String {
    match language() {
        English => format!("Erase the device in {path}: who you are, whom you have met, and all that was said? Nobody can undo this. [y/n]"),
        German => format!("Das Gerät in {path} löschen: wer du bist, wen du getroffen hast, und alles, was gesagt wurde? Das macht niemand rückgängig. [j/n]"),
    }
}

pub(crate) fn erase_yes_needed() -> &'static str {
    match language() {
        English => "there is nobody to ask whether to erase: add --yes if you want to",
        German => "niemand ist da, um gefragt zu werden, ob gelöscht werden soll: füge --yes hinzu, wenn du das willst",
    }
}

pub(crate) fn not_erased() -> &'static str {
    match language() {
        English => "nothing was erased",
        German => "es wurde nichts gelöscht",
    }
}

pub(crate) fn nothing_to_erase() -> &'static str {
    match language() {
        English => "there is no device here: name its folder with --home",
        German => "hier ist kein Gerät: nenne seinen Ordner mit --home",
    }
}

pub(crate) fn erased(path: impl Display) -> String {
    match language() {
        English => format!("The device in {path} is erased."),
        German => format!("Das Gerät in {path} ist gelöscht."),
    }
}

pub(crate) fn nothing_to_export() -> &'static str {
    match language() {
        English => "there is no device here yet, so nothing to take along: name its folder with --home",
        German => "hier ist noch kein Gerät, also nichts mitzunehmen: nenne seinen Ordner mit --home",
    }
}

pub(crate) fn too_large_to_export() -> &'static str {
    match language() {
        English => "with all messages this is more than another device opens: leave them out with --without-messages",
        German => "mit allen Nachrichten ist das mehr, als ein anderes Gerät öffnet: lass sie mit --without-messages weg",
    }
}

pub(crate) fn exported(path: impl Display, size: impl Display, contacts: impl Display) -> String {
    match language() {
        English => format!("This device is in {path} now ({size}), without messages. Contacts: {contacts}."),
        German => format!("Dieses Gerät ist jetzt in {path} ({size}), ohne Nachrichten. Kontakte: {contacts}."),
    }
}

pub(crate) fn exported_with_messages(path: impl Display, size: impl Display, contacts: impl Display, messages: impl Display) -> String {
    match language() {
        English => format!("This device is in {path} now ({size}). Contacts: {contacts}, entries of conversations: {messages}."),
        German => format!("Dieses Gerät ist jetzt in {path} ({size}). Kontakte: {contacts}, Einträge aus Gesprächen: {messages}."),
    }
}

pub(crate) fn export_code_follows() -> &'static str {
    match language() {
        English => "Whoever has the file and this code is you to everybody you have met. It is shown only now. Keep it elsewhere than the file:",
        German => "Wer die Datei und diesen Code hat, ist für alle, die du getroffen hast, du. Er wird nur jetzt gezeigt. Bewahre ihn anderswo auf als die Datei:",
    }
}

pub(crate) fn export_then() -> &'static str {
    match language() {
        English => "On the other machine: handfast import. The first time it meets somebody, both of you are asked whether to go on with a restored device, and how far you are trusted begins anew. Use one of the two from then on: if this one meets them after that, it is asked whether that was you.",
        German => "Auf dem anderen Rechner: handfast import. Trifft er jemanden zum ersten Mal, werdet ihr beide gefragt, ob es mit einem wiederhergestellten Gerät weitergeht, und das Vertrauen beginnt neu. Benutze von da an nur eines der beiden: Trifft dieses sie danach, wird es gefragt, ob du das warst.",
    }
}

pub(crate) fn imported(path: impl Display, contacts: impl Display) -> String {
    match language() {
        English => format!("The device is in {path} now. Contacts: {contacts}. Look for them with handfast chat NAME: the first time, both of you are asked whether to go on. Leave the old device off."),
        German => format!("Das Gerät ist jetzt in {path}. Kontakte: {contacts}. Such sie mit handfast chat NAME: Beim ersten Mal werdet ihr beide gefragt, ob es weitergeht. Lass das alte Gerät aus."),
    }
}

pub(crate) fn import_occupied() -> &'static str {
    match language() {
        English => "there is a device here already, and two are never made one: name an empty folder with --home, or move this one away",
        German => "hier ist schon ein Gerät, und aus zweien wird nie eines: nenne einen leeren Ordner mit --home, oder nimm dieses hier weg",
    }
}

pub(crate) fn import_answer_alone() -> &'static str {
    match language() {
        English => "this is locked with an answer alone, which can be guessed: make another one with handfast export",
        German => "das ist nur mit einer Antwort verschlossen, die sich raten lässt: erstelle es neu mit handfast export",
    }
}

pub(crate) fn not_an_export() -> &'static str {
    match language() {
        English => "this is locked and holds no device: open it with handfast open",
        German => "das ist verschlossen und enthält kein Gerät: öffne es mit handfast open",
    }
}

pub(crate) fn import_wrong_code() -> &'static str {
    match language() {
        English => "the code or the answer is wrong, or the file was altered: try again",
        German => "der Code oder die Antwort ist falsch, oder die Datei wurde verändert: versuch es noch einmal",
    }
}

pub(crate) fn code_follows() -> &'static str {
    match language() {
        English => "This code is needed as well. It is shown only now. Send it another way than the file:",
        German => "Auch dieser Code wird gebraucht. Er wird nur jetzt gezeigt. Sende ihn auf anderem Weg als die Datei:",
    }
}

pub(crate) fn offer_code() -> &'static str {
    match language() {
        English => "Make a code as well, which you send another way? Then nobody can guess. [Y/n]",
        German => "Auch einen Code erstellen, den du auf anderem Weg sendest? Dann kann niemand raten. [J/n]",
    }
}

pub(crate) fn question_prompt() -> &'static str {
    match language() {
        English => "Question for whoever opens it (empty if they know what is asked):",
        German => "Frage an die Person, die öffnet (leer, wenn sie weiß, was gefragt ist):",
    }
}

pub(crate) fn too_many_questions() -> &'static str {
    match language() {
        English => "there can be five questions: leave some out",
        German => "es kann fünf Fragen geben: lass welche weg",
    }
}

pub(crate) fn input_twice() -> &'static str {
    match language() {
        English => "standard input can be only one of them: give the others as files",
        German => "die Standardeingabe kann nur eines davon sein: gib die anderen als Dateien an",
    }
}

pub(crate) fn input_too_long() -> &'static str {
    match language() {
        English => "standard input is too long to be kept in memory: save it in a file and lock that",
        German => "die Standardeingabe ist zu lang für den Speicher: speichere sie in einer Datei und verschließe die",
    }
}

pub(crate) fn standard_input() -> &'static str {
    match language() {
        English => "standard input",
        German => "Standardeingabe",
    }
}

pub(crate) fn locked_file() -> &'static str {
    match language() {
        English => "the locked file",
        German => "die verschlossene Datei",
    }
}

pub(crate) fn type_text() -> &'static str {
    match language() {
        English => "Write the text, and end it with Ctrl-D on a line of its own:",
        German => "Schreibe den Text und beende ihn mit Strg-D in einer eigenen Zeile:",
    }
}

pub(crate) fn no_randomness() -> &'static str {
    match language() {
        English => "this machine gives no random numbers: try again after restarting it",
        German => "dieser Rechner gibt keine Zufallszahlen: versuche es nach einem Neustart noch einmal",
    }
}

pub(crate) fn went_wrong() -> &'static str {
    match language() {
        English => "this machine could not finish the work: try again",
        German => "dieser Rechner konnte die Arbeit nicht beenden: versuche es noch einmal",
    }
}

pub(crate) fn needs_a_key() -> &'static str {
    match language() {
        English => "this is locked with a key and not with a question: open it with the program that made it",
        German => "das ist mit einem Schlüssel verschlossen und nicht mit einer Frage: öffne es mit dem Programm, das es erstellt hat",
    }
}

pub(crate) fn damaged_folder() -> &'static str {
    match language() {
        English => "the locked folder is not whole: ask for it to be sent again",
        German => "der verschlossene Ordner ist nicht vollständig: bitte darum, dass er noch einmal gesendet wird",
    }
}

pub(crate) fn no_question_inside() -> &'static str {
    match language() {
        English => "Locked with an answer. The question is not inside: ask the sender.",
        German => "Mit einer Antwort verschlossen. Die Frage steht nicht darin: Frag danach.",
    }
}

pub(crate) fn code_needed() -> &'static str {
    match language() {
        English => "A code is needed as well, which the sender sends another way.",
        German => "Es braucht auch einen Code, der auf anderem Weg kommt.",
    }
}

pub(crate) fn over_limits() -> &'static str {
    match language() {
        English => "That is outside of what this machine is willing to spend.",
        German => "Das ist mehr, als dieser Rechner aufwenden will.",
    }
}

pub(crate) fn not_checked() -> &'static str {
    match language() {
        English => "Nothing of this is proven before it is opened: anybody could have written it.",
        German => "Nichts davon ist bewiesen, bevor es geöffnet ist: Jeder könnte es geschrieben haben.",
    }
}

pub(crate) fn demo_begins() -> &'static str {
    match language() {
        English => "Two programs on this machine are about to meet: one shows a code, the other has a camera.\nThey share nothing but photographs of a screen; everything else goes over the network.\n",
        German => "Zwei Programme auf diesem Rechner treffen sich gleich: Eines zeigt einen Code,\ndas andere hat eine Kamera. Sie teilen nur Fotos eines Bildschirms; alles andere\ngeht über das Netz.\n",
    }
}

pub(crate) fn demo_looking() -> &'static str {
    match language() {
        English => "The camera looks at the code",
        German => "Die Kamera sieht auf den Code",
    }
}

pub(crate) fn demo_connecting() -> &'static str {
    match language() {
        English => "They connect",
        German => "Die beiden verbinden sich",
    }
}

pub(crate) fn demo_talking() -> &'static str {
    match language() {
        English => "They talk, and a file goes across",
        German => "Die beiden reden, und eine Datei geht hinüber",
    }
}

pub(crate) fn demo_knocks() -> &'static str {
    match language() {
        English => "knocks at the address in the code",
        German => "klopft an der Adresse im Code an",
    }
}

pub(crate) fn demo_heard() -> &'static str {
    match language() {
        English => "hears an answer: the way is open",
        German => "hört eine Antwort: der Weg ist frei",
    }
}

pub(crate) fn demo_they_are_here() -> &'static str {
    match language() {
        English => "hears a knock from somebody who has seen the code",
        German => "hört ein Klopfen von jemandem, der den Code gesehen hat",
    }
}

pub(crate) fn demo_open() -> &'static str {
    match language() {
        English => "has an encrypted link, and checks who is at its other end",
        German => "hat eine verschlüsselte Verbindung und prüft, wer am anderen Ende ist",
    }
}

pub(crate) fn demo_leaves() -> &'static str {
    match language() {
        English => "says goodbye",
        German => "verabschiedet sich",
    }
}

pub(crate) fn demo_peer_left() -> &'static str {
    match language() {
        English => "is alone again, and ends",
        German => "ist wieder allein und hört auf",
    }
}

pub(crate) fn demo_too_slow() -> &'static str {
    match language() {
        English => "the demonstration took more than a minute and was stopped: try again on a quieter machine",
        German => "die Vorführung dauerte mehr als eine Minute und wurde beendet: versuche es noch einmal, wenn der Rechner ruhiger ist",
    }
}

pub(crate) fn demo_child_died() -> &'static str {
    match language() {
        English => "one of the two programs ended too early: try again, and add RUST_LOG=debug to see more",
        German => "eines der beiden Programme endete zu früh: versuche es noch einmal, und nimm RUST_LOG=debug, um mehr zu sehen",
    }
}

pub(crate) fn demo_file_differs() -> &'static str {
    match language() {
        English => "the file did not arrive as it was sent: this should never happen, please report it",
        German => "die Datei kam nicht so an, wie sie gesendet wurde: das sollte nie geschehen, bitte melde es",
    }
}

pub(crate) fn demo_nothing_seen() -> &'static str {
    match language() {
        English => "the camera could not read the code: try another --seed",
        German => "die Kamera konnte den Code nicht lesen: versuche ein anderes --seed",
    }
}

pub(crate) fn duration_how() -> &'static str {
    match language() {
        English => "write it like 90s, 30m, 2h or 7d",
        German => "schreibe es wie 90s, 30m, 2h oder 7d",
    }
}

pub(crate) fn size_how() -> &'static str {
    match language() {
        English => "write it like 4096, 500KiB, 20MiB or 1GiB",
        German => "schreibe es wie 4096, 500KiB, 20MiB oder 1GiB",
    }
}

pub(crate) fn stun_server_how() -> &'static str {
    match language() {
        English => "a server is a name or an address, like stun.example.org or 192.0.2.1:3478",
        German => "ein Server ist ein Name oder eine Adresse, wie stun.example.org oder 192.0.2.1:3478",
    }
}

pub(crate) fn lifetime_too_long() -> &'static str {
    match language() {
        English => "an invitation lives 7 days at most",
        German => "eine Einladung lebt höchstens 7 Tage",
    }
}

pub(crate) fn answer_was_wrong() -> &'static str {
    match language() {
        English => "They say that this was not the answer.",
        German => "Das war nicht die Antwort, sagt die andere Seite.",
    }
}

pub(crate) fn tries_left_said(count: u64) -> String {
    match (language(), count == 1) {
        (English, true) => "One try is left.".to_owned(),
        (English, false) => format!("{count} tries are left."),
        (German, true) => "Noch ein Versuch.".to_owned(),
        (German, false) => format!("Noch {count} Versuche."),
    }
}

pub(crate) fn answering() -> &'static str {
    match language() {
        English => "They are answering the question.",
        German => "Deine Frage wird beantwortet.",
    }
}

pub(crate) fn answering_again(left: impl Display) -> String {
    match language() {
        English => format!("The answers did not match. Tries left: {left}."),
        German => format!("Die Antworten stimmten nicht überein. Noch übrige Versuche: {left}."),
    }
}

pub(crate) fn comparing(symbols: impl Display, digits: impl Display) -> String {
    match language() {
        English => format!("Do they see the same, in this order?\n  {symbols}\n  {digits}\nType /same or /different."),
        German => format!("Sieht die andere Seite dasselbe, in dieser Reihenfolge?\n  {symbols}\n  {digits}\nGib /same für gleich ein oder /different für anders."),
    }
}

pub(crate) fn failure_expired() -> &'static str {
    match language() {
        English => "this invitation has expired: ask for a new one",
        German => "diese Einladung ist abgelaufen: bitte um eine neue",
    }
}

pub(crate) fn failure_taken() -> &'static str {
    match language() {
        English => "somebody else was there with this invitation, which is good for one guest: ask for a new one",
        German => "jemand anderes war mit dieser Einladung da, die für einen Gast gilt: bitte um eine neue",
    }
}

pub(crate) fn failure_not_reached() -> &'static str {
    match language() {
        English => "could not reach them: check that both are in the same network and that the invitation is still shown, then try again",
        German => "die andere Seite war nicht zu erreichen: seht nach, ob ihr im selben Netz seid und die Einladung noch gezeigt wird, und versucht es noch einmal",
    }
}

pub(crate) fn failure_went_away() -> &'static str {
    match language() {
        English => "they went away before the connection was ready: try again together",
        German => "die andere Seite ging weg, bevor ihr verbunden wart: versucht es gemeinsam noch einmal",
    }
}

pub(crate) fn failure_wrong_certificate() -> &'static str {
    match language() {
        English => "somebody may be in between: make a new invitation and pass it on another way",
        German => "vielleicht ist jemand dazwischen: erstelle eine neue Einladung und gib sie auf anderem Weg weiter",
    }
}

pub(crate) fn failure_not_the_inviter() -> &'static str {
    match language() {
        English => "this is not who invited you, or the invitation was changed: ask for a new one",
        German => "das ist nicht, wer dich eingeladen hat, oder die Einladung wurde verändert: bitte um eine neue",
    }
}

pub(crate) fn failure_answers_differ() -> &'static str {
    match language() {
        English => "the answers do not match: agree on the answer another way, then use a new invitation",
        German => "die Antworten stimmen nicht überein: einigt euch auf anderem Weg auf die Antwort und nehmt eine neue Einladung",
    }
}

pub(crate) fn failure_left_after_answer() -> &'static str {
    match language() {
        English => "they left after your answer, and each answer lets them test one guess: make sure who asks before you answer again",
        German => "die andere Seite ging nach deiner Antwort, und mit jeder Antwort kann sie eine Vermutung prüfen: vergewissere dich, wer fragt, bevor du wieder antwortest",
    }
}

pub(crate) fn failure_burned() -> &'static str {
    match language() {
        English => "somebody tried to use this invitation and failed too often: make a new one",
        German => "jemand hat zu oft vergeblich versucht, diese Einladung zu benutzen: erstelle eine neue",
    }
}

pub(crate) fn failure_no_route() -> &'static str {
    match language() {
        English => "this invitation holds no network address that this machine may use: ask for a new one, or add --loopback if it was made on this machine",
        German => "diese Einladung enthält keine Netzadresse, die dieser Rechner benutzen darf: bitte um eine neue, oder füge --loopback hinzu, wenn sie auf diesem Rechner erstellt wurde",
    }
}

pub(crate) fn failure_no_network() -> &'static str {
    match language() {
        English => "this machine has no network: connect it to one, or, with a cable between two machines, set IPv4 to “link-local” on both, then try again",
        German => "dieser Rechner hat kein Netz: verbinde ihn mit einem, oder stelle bei einem Kabel zwischen zwei Rechnern IPv4 auf beiden auf „link-local“, und versuche es noch einmal",
    }
}

pub(crate) fn failure_local() -> &'static str {
    match language() {
        English => "this machine could not prepare the connection: try again",
        German => "dieser Rechner konnte die Verbindung nicht vorbereiten: versuche es noch einmal",
    }
}

pub(crate) fn cancelled() -> &'static str {
    match language() {
        English => "cancelled",
        German => "abgebrochen",
    }
}

pub(crate) fn several_wait(names: impl Display) -> String {
    match language() {
        English => format!("several are waiting: name one of {names}"),
        German => format!("mehrere warten: nenne eine davon: {names}"),
    }
}

pub(crate) fn other_seat_host() -> &'static str {
    match language() {
        English => "you made that invitation: go on with handfast invite --resume",
        German => "diese Einladung hast du erstellt: mach weiter mit handfast invite --resume",
    }
}

pub(crate) fn other_seat_guest() -> &'static str {
    match language() {
        English => "you accepted that invitation: go on with handfast join --resume",
        German => "diese Einladung hast du angenommen: mach weiter mit handfast join --resume",
    }
}

pub(crate) fn pending_host(tag: impl Display, time: impl Display) -> String {
    match language() {
        English => format!("{tag}  you invited, good for {time}"),
        German => format!("{tag}  deine Einladung, noch gültig: {time}"),
    }
}

pub(crate) fn pending_guest(tag: impl Display, name: impl Display, time: impl Display) -> String {
    match language() {
        English => format!("{tag}  invited by {name}, good for {time}"),
        German => format!("{tag}  Einladung von {name}, noch gültig: {time}"),
    }
}

pub(crate) fn pending_guest_unknown(tag: impl Display, time: impl Display) -> String {
    match language() {
        English => format!("{tag}  you are invited, good for {time}"),
        German => format!("{tag}  du bist eingeladen, noch gültig: {time}"),
    }
}

pub(crate) fn revoked(tag: impl Display) -> String {
    match language() {
        English => format!("{tag} is ended. Nobody can use it any more here."),
        German => format!("{tag} ist beendet. Niemand kann sie hier noch benutzen."),
    }
}

pub(crate) fn still_waits_expired(tag: impl Display) -> String {
    match language() {
        English => format!("If it is only this machine's clock that is wrong, this knocks for an hour: handfast join --resume {tag} --wait 1h"),
        German => format!("Geht nur die Uhr dieses Rechners falsch, dann klopft dies eine Stunde lang an: handfast join --resume {tag} --wait 1h"),
    }
}

pub(crate) fn still_waits_taken(tag: impl Display) -> String {
    match language() {
        English => format!("If they have left, this gets in: handfast join --resume {tag}\nTo end it: handfast invitations --revoke {tag}"),
        German => format!("Ist der Platz wieder frei, kommst du hiermit hinein: handfast join --resume {tag}\nUm sie zu beenden: handfast invitations --revoke {tag}"),
    }
}

pub(crate) fn still_waits(command: impl Display, tag: impl Display) -> String {
    match language() {
        English => format!("The invitation stays good. To go on: handfast {command} --resume {tag}\nTo end it: handfast invitations --revoke {tag}"),
        German => format!("Die Einladung bleibt gültig. Um weiterzumachen: handfast {command} --resume {tag}\nUm sie zu beenden: handfast invitations --revoke {tag}"),
    }
}

pub(crate) fn store_not_ours() -> &'static str {
    match language() {
        English => "what is kept there is of another program: choose another folder with --home",
        German => "was dort liegt, gehört einem anderen Programm: wähle mit --home einen anderen Ordner",
    }
}

pub(crate) fn store_damaged() -> &'static str {
    match language() {
        English => "what is kept there is damaged, and was left as it is: bring back a copy of the whole folder, or move it away to begin anew",
        German => "was dort liegt, ist beschädigt und blieb, wie es ist: hole eine Kopie des ganzen Ordners zurück, oder verschiebe ihn, um neu anzufangen",
    }
}

pub(crate) fn store_newer() -> &'static str {
    match language() {
        English => "this was written by a newer Handfast: update this program",
        German => "das wurde von einem neueren Handfast geschrieben: aktualisiere dieses Programm",
    }
}

pub(crate) fn store_wrong_key() -> &'static str {
    match language() {
        English => "the key there does not fit the store: bring back the key that belongs to it",
        German => "der Schlüssel dort passt nicht zum Speicher: hole den Schlüssel zurück, der dazugehört",
    }
}

pub(crate) fn store_key_missing() -> &'static str {
    match language() {
        English => "the key of the store is gone: bring back the file named key, or move the folder away to begin anew",
        German => "der Schlüssel des Speichers ist weg: hole die Datei key zurück, oder verschiebe den Ordner, um neu anzufangen",
    }
}

pub(crate) fn store_key_exposed() -> &'static str {
    match language() {
        English => "others may read the key: take their rights to the file named key away",
        German => "andere dürfen den Schlüssel lesen: nimm ihnen die Rechte an der Datei key",
    }
}

pub(crate) fn store_key_unreadable() -> &'static str {
    match language() {
        English => "the key cannot be read: bring back a copy of the file named key",
        German => "der Schlüssel ist nicht lesbar: hole eine Kopie der Datei key zurück",
    }
}

pub(crate) fn store_read_only() -> &'static str {
    match language() {
        English => "nothing may be written there: change the rights of the folder, or choose another one with --home",
        German => "dort darf nichts geschrieben werden: ändere die Rechte des Ordners, oder wähle mit --home einen anderen",
    }
}

pub(crate) fn store_full() -> &'static str {
    match language() {
        English => "the disk is full: make room, then try again",
        German => "der Datenträger ist voll: schaffe Platz und versuche es noch einmal",
    }
}

pub(crate) fn store_in_use() -> &'static str {
    match language() {
        English => "another program holds the store: close it, then try again",
        German => "ein anderes Programm hält den Speicher: schließe es und versuche es noch einmal",
    }
}

pub(crate) fn store_unreachable() -> &'static str {
    match language() {
        English => "the folder cannot be reached: check it, or choose another one with --home",
        German => "der Ordner ist nicht zu erreichen: prüfe ihn, oder wähle mit --home einen anderen",
    }
}

pub(crate) fn store_too_many() -> &'static str {
    match language() {
        English => "too many invitations are waiting: end one with handfast invitations --revoke",
        German => "es warten zu viele Einladungen: beende eine mit handfast invitations --revoke",
    }
}

pub(crate) fn store_too_long() -> &'static str {
    match language() {
        English => "the invitation is too long to be kept: shorten the question",
        German => "die Einladung ist zu lang, um aufbewahrt zu werden: kürze die Frage",
    }
}

pub(crate) fn store_failed() -> &'static str {
    match language() {
        English => "the store failed: try again",
        German => "der Speicher hat versagt: versuche es noch einmal",
    }
}

pub(crate) fn over_used() -> &'static str {
    match language() {
        English => "this invitation has been used: make a new one",
        German => "diese Einladung ist benutzt worden: erstelle eine neue",
    }
}

pub(crate) fn over_revoked() -> &'static str {
    match language() {
        English => "this invitation was revoked: make a new one",
        German => "diese Einladung wurde zurückgezogen: erstelle eine neue",
    }
}

pub(crate) fn over_expired() -> &'static str {
    match language() {
        English => "this invitation has expired by this machine's clock: make a new one, or, if the clock is wrong, set it right within a day",
        German => "diese Einladung ist nach der Uhr dieses Rechners abgelaufen: erstelle eine neue, oder stelle die Uhr innerhalb eines Tages richtig, wenn sie falsch geht",
    }
}

pub(crate) fn find_nothing() -> &'static str {
    match language() {
        English => "there is no invitation or reply in that: copy the whole message, or ask for it again",
        German => "darin ist weder Einladung noch Antwortcode: kopiere die ganze Nachricht, oder bitte noch einmal darum",
    }
}

pub(crate) fn find_cut() -> &'static str {
    match language() {
        English => "the invitation or reply is incomplete or was altered: ask for it to be sent again",
        German => "die Einladung oder der Antwortcode ist unvollständig oder wurde verändert: bitte darum, dass es noch einmal gesendet wird",
    }
}

pub(crate) fn find_newer() -> &'static str {
    match language() {
        English => "this comes from a newer Handfast: update this program",
        German => "das kommt von einem neueren Handfast: aktualisiere dieses Programm",
    }
}

pub(crate) fn find_several() -> &'static str {
    match language() {
        English => "there is more than one invitation or reply in that: hand in only the one you mean (`handfast scan` tells what each code of a picture says)",
        German => "darin ist mehr als eine Einladung oder ein Antwortcode: gib nur das an, was du meinst (`handfast scan` sagt, was in jedem Code eines Bildes steht)",
    }
}

pub(crate) fn which_invitation() -> &'static str {
    match language() {
        English => "There are several invitations in that. Type the number of the one you mean:",
        German => "Darin sind mehrere Einladungen. Gib die Nummer derjenigen ein, die du meinst:",
    }
}

pub(crate) fn which_named(number: impl Display, name: impl Display, time: impl Display) -> String {
    match language() {
        English => format!("{number}: from {name}, good for {time}"),
        German => format!("{number}: von {name}, noch gültig: {time}"),
    }
}

pub(crate) fn which_unnamed(number: impl Display, time: impl Display) -> String {
    match language() {
        English => format!("{number}: without a name, good for {time}"),
        German => format!("{number}: ohne Namen, noch gültig: {time}"),
    }
}

pub(crate) fn which_expired(number: impl Display) -> String {
    match language() {
        English => format!("{number}: expired"),
        German => format!("{number}: abgelaufen"),
    }
}

pub(crate) fn which_locked(number: impl Display) -> String {
    match language() {
        English => format!("{number}: locked"),
        German => format!("{number}: verschlossen"),
    }
}

pub(crate) fn which_number(most: impl Display) -> String {
    match language() {
        English => format!("A number from 1 to {most}:"),
        German => format!("Eine Nummer von 1 bis {most}:"),
    }
}

pub(crate) fn find_too_large() -> &'static str {
    match language() {
        English => "this is too large for an invitation or reply: hand in only the message that holds it",
        German => "das ist zu groß für eine Einladung oder einen Antwortcode: gib nur die Nachricht an, in der es steht",
    }
}

pub(crate) fn picture_unreadable() -> &'static str {
    match language() {
        English => "this is not a picture that can be opened; send it as PNG, JPEG, WebP or GIF",
        German => "das ist kein Bild, das geöffnet werden kann; sende es als PNG, JPEG, WebP oder GIF",
    }
}

pub(crate) fn picture_other_kind(kind: impl Display) -> String {
    match language() {
        English => format!("this is a picture of the kind {kind}, which is not read: make a screenshot of it, or send it as JPEG"),
        German => format!("das ist ein Bild der Art {kind}, die nicht gelesen wird: mache ein Bildschirmfoto davon, oder sende es als JPEG"),
    }
}

pub(crate) fn picture_too_large() -> &'static str {
    match language() {
        English => "the picture is too large: crop it around the code, or send it as JPEG",
        German => "das Bild ist zu groß: schneide es um den Code zu, oder sende es als JPEG",
    }
}

pub(crate) fn picture_no_code() -> &'static str {
    match language() {
        English => "no code was found in the picture; take it closer and from straight ahead",
        German => "in dem Bild wurde kein Code gefunden; nimm ihn näher und gerade von vorn auf",
    }
}

pub(crate) fn other_invitation() -> &'static str {
    match language() {
        English => "this is another invitation: stop here first, then open it",
        German => "das ist eine andere Einladung: beende das hier zuerst und öffne sie dann",
    }
}

pub(crate) fn reply_other_invitation() -> &'static str {
    match language() {
        English => "That reply answers another invitation: let them open the one shown here.",
        German => "Dieser Antwortcode gehört zu einer anderen Einladung: Lass die öffnen, die hier gezeigt wird.",
    }
}

pub(crate) fn reply_altered() -> &'static str {
    match language() {
        English => "That reply was altered on the way: ask for it to be sent again.",
        German => "Dieser Antwortcode wurde unterwegs verändert: Bitte darum, dass er noch einmal gesendet wird.",
    }
}

pub(crate) fn trust_saw_the_code() -> &'static str {
    match language() {
        English => "Not verified: it is somebody who saw the code on your screen.",
        German => "Nicht überprüft: Es ist jemand, der den Code auf deinem Bildschirm gesehen hat.",
    }
}

pub(crate) fn trust_their_question() -> &'static str {
    match language() {
        English => "Not verified: they know the answer, as whoever chose the question does. If only they would ask you that, type /onlythey.",
        German => "Nicht überprüft: kennt die Antwort, wie jeder, der die Frage gewählt haben könnte. Wenn sonst niemand danach fragen würde, gib /onlythey ein.",
    }
}

pub(crate) fn trust_by_your_word() -> &'static str {
    match language() {
        English => "Not verified. By your word, only they would ask you that.",
        German => "Nicht überprüft. Nach deinen Worten würde sonst niemand danach fragen.",
    }
}

pub(crate) fn trust_by_introduction() -> &'static str {
    match language() {
        English => "Introduced by somebody you know.",
        German => "Von jemandem vorgestellt, den du kennst.",
    }
}

pub(crate) fn trust_answered() -> &'static str {
    match language() {
        English => "They knew the answer.",
        German => "Die andere Seite wusste die Antwort.",
    }
}

pub(crate) fn trust_scanned() -> &'static str {
    match language() {
        English => "Verified: their screen was scanned by camera.",
        German => "Überprüft: Ihr Bildschirm wurde mit der Kamera gescannt.",
    }
}

pub(crate) fn trust_compared() -> &'static str {
    match language() {
        English => "Verified: you compared and found it equal.",
        German => "Überprüft: Ihr habt verglichen, und es war gleich.",
    }
}

pub(crate) fn trust_open_link() -> &'static str {
    match language() {
        English => "Not verified: the invitation was passed on as a link or a picture, and anyone who saw it could be this.",
        German => "Nicht überprüft: Die Einladung wurde als Link oder Bild weitergegeben, und es könnte jeder sein, der sie gesehen hat.",
    }
}

pub(crate) fn connect_to(name: impl Display) -> String {
    match language() {
        English => format!("Connect to {name}? They will see your network address. [y/n]"),
        German => format!("Mit {name} verbinden? Die andere Seite sieht deine Netzwerkadresse. [j/n]"),
    }
}

pub(crate) fn connect_to_unknown() -> &'static str {
    match language() {
        English => "Connect to whoever made this invitation? They will see your network address. [y/n]",
        German => "Mit der Person verbinden, die diese Einladung erstellt hat? Sie sieht deine Netzwerkadresse. [j/n]",
    }
}

pub(crate) fn met(name: impl Display, trust: impl Display) -> String {
    match language() {
        English => format!("You are connected with {name}.\n{trust}"),
        German => format!("Du bist mit {name} verbunden.\n{trust}"),
    }
}

pub(crate) fn good_for(time: impl Display) -> String {
    match language() {
        English => format!("Good for {time}, for one guest."),
        German => format!("Noch gültig: {time}, für einen Gast."),
    }
}

pub(crate) fn size_bytes(number: impl Display) -> String {
    match language() {
        English => format!("{number} bytes"),
        German => format!("{number} Bytes"),
    }
}

pub(crate) fn file_received_at(name: impl Display, size: impl Display, path: impl Display) -> String {
    match language() {
        English => format!("Received {name} ({size}): {path}"),
        German => format!("Empfangen: {name} ({size}): {path}"),
    }
}

pub(crate) fn file_arrived(name: impl Display, size: impl Display) -> String {
    match language() {
        English => format!("{name} ({size}) has arrived."),
        German => format!("{name} ({size}) ist angekommen."),
    }
}

pub(crate) fn file_coming(name: impl Display, size: impl Display) -> String {
    match language() {
        English => format!("They are sending {name} ({size})."),
        German => format!("{name} ({size}) wird dir gesendet."),
    }
}

pub(crate) fn file_asks(name: impl Display, size: impl Display, number: impl Display) -> String {
    match language() {
        English => format!("They want to send {name} ({size}). Type /accept {number} to take it, or /decline {number}."),
        German => format!("Die andere Seite möchte {name} ({size}) senden. Gib /accept {number} ein, um die Datei anzunehmen, oder /decline {number}."),
    }
}

pub(crate) fn file_failed_here(name: impl Display, why: impl Display) -> String {
    match language() {
        English => format!("{name} did not go through (here): {why}."),
        German => format!("{name} kam nicht durch (hier): {why}."),
    }
}

pub(crate) fn file_failed_there(name: impl Display, why: impl Display) -> String {
    match language() {
        English => format!("{name} did not go through (there): {why}."),
        German => format!("{name} kam nicht durch (dort): {why}."),
    }
}

pub(crate) fn file_declined() -> &'static str {
    match language() {
        English => "the file was declined",
        German => "die Datei wurde abgelehnt",
    }
}

pub(crate) fn file_too_large() -> &'static str {
    match language() {
        English => "the file is too large for the receiving device",
        German => "die Datei ist zu groß für das Gerät, das sie empfängt",
    }
}

pub(crate) fn file_too_many() -> &'static str {
    match language() {
        English => "too many files wait for an answer; send it again after them",
        German => "zu viele Dateien warten auf eine Antwort; sende sie danach noch einmal",
    }
}

pub(crate) fn file_no_room() -> &'static str {
    match language() {
        English => "there is not enough room to store it; make room and try again",
        German => "es ist nicht genug Platz, um sie zu speichern; schaffe Platz und versuche es noch einmal",
    }
}

pub(crate) fn file_not_allowed() -> &'static str {
    match language() {
        English => "files may not be stored there; choose another folder",
        German => "dort dürfen keine Dateien gespeichert werden; wähle einen anderen Ordner",
    }
}

pub(crate) fn file_not_stored() -> &'static str {
    match language() {
        English => "the file could not be stored; try again",
        German => "die Datei konnte nicht gespeichert werden; versuche es noch einmal",
    }
}

pub(crate) fn file_not_read() -> &'static str {
    match language() {
        English => "the file could not be read; is it still there?",
        German => "die Datei konnte nicht gelesen werden; ist sie noch da?",
    }
}

pub(crate) fn file_changed() -> &'static str {
    match language() {
        English => "the file changed while it was sent; send it again",
        German => "die Datei änderte sich, während sie gesendet wurde; sende sie noch einmal",
    }
}

pub(crate) fn file_damaged() -> &'static str {
    match language() {
        English => "the file arrived damaged; send it again",
        German => "die Datei kam beschädigt an; sende sie noch einmal",
    }
}

pub(crate) fn file_cancelled() -> &'static str {
    match language() {
        English => "the file was cancelled",
        German => "die Datei wurde abgebrochen",
    }
}

pub(crate) fn file_ended() -> &'static str {
    match language() {
        English => "the conversation ended before the file was through; connect and send it again",
        German => "das Gespräch endete, bevor die Datei durch war; verbindet euch und sende sie noch einmal",
    }
}

pub(crate) fn progress_left() -> &'static str {
    match language() {
        English => "left",
        German => "übrig",
    }
}

pub(crate) fn compare_unjudged() -> &'static str {
    match language() {
        English => "The symbols are shown already. Type /same or /different, or compare them first.",
        German => "Die Symbole sind schon zu sehen. Gib /same oder /different ein, oder vergleicht sie zuerst.",
    }
}

pub(crate) fn compare_too_soon() -> &'static str {
    match language() {
        English => "You compared just now. Wait some seconds, then type it again.",
        German => "Ihr habt gerade erst verglichen. Warte einige Sekunden und gib es dann noch einmal ein.",
    }
}

pub(crate) fn compare_too_often() -> &'static str {
    match language() {
        English => "Ten times is enough. Meet again to compare once more.",
        German => "Zehnmal ist genug. Trefft euch noch einmal, um wieder zu vergleichen.",
    }
}

pub(crate) fn limit_entries() -> &'static str {
    match language() {
        English => "They have sent as many messages as they may. More waits until you type /more. If you did not verify them, /compare does it too.",
        German => "Die andere Seite hat so viele Nachrichten gesendet, wie sie darf. Mehr wartet, bis du /more eingibst. Hast du sie nicht überprüft, geht auch /compare.",
    }
}

pub(crate) fn limit_bytes() -> &'static str {
    match language() {
        English => "They have written as much as they may. More waits until you type /more. If you did not verify them, /compare does it too.",
        German => "Die andere Seite hat so viel geschrieben, wie sie darf. Mehr wartet, bis du /more eingibst. Hast du sie nicht überprüft, geht auch /compare.",
    }
}

pub(crate) fn limit_offers() -> &'static str {
    match language() {
        English => "So many of their files wait for your answer that more are declined: type /accept or /decline.",
        German => "So viele Dateien warten auf deine Antwort, dass weitere abgelehnt werden: Gib /accept oder /decline ein.",
    }
}

pub(crate) fn peer_left(name: impl Display) -> String {
    match language() {
        English => format!("{name} left."),
        German => format!("{name} ist gegangen."),
    }
}

pub(crate) fn broken(why: impl Display) -> String {
    match language() {
        English => format!("the connection was ended for safety: {why}"),
        German => format!("die Verbindung wurde zur Sicherheit beendet: {why}"),
    }
}

pub(crate) fn broken_frame_too_long() -> &'static str {
    match language() {
        English => "the message is too long for one frame; split it",
        German => "die Nachricht ist zu lang für einen Rahmen; teile sie",
    }
}

pub(crate) fn broken_forged() -> &'static str {
    match language() {
        English => "the connection was damaged or tampered with; connect again",
        German => "die Verbindung wurde beschädigt oder verfälscht; verbindet euch noch einmal",
    }
}

pub(crate) fn broken_frame() -> &'static str {
    match language() {
        English => "the other side broke the rules of the channel; connect again",
        German => "die andere Seite hat die Regeln der Verbindung gebrochen; verbindet euch noch einmal",
    }
}

pub(crate) fn broken_ended() -> &'static str {
    match language() {
        English => "the channel has ended; connect again",
        German => "die Verbindung ist beendet; verbindet euch noch einmal",
    }
}

pub(crate) fn broken_unknown() -> &'static str {
    match language() {
        English => "the other side sent something this version does not understand; update the app",
        German => "die andere Seite hat etwas gesendet, das diese Version nicht versteht; aktualisiere das Programm",
    }
}

pub(crate) fn broken_too_long() -> &'static str {
    match language() {
        English => "the other side sent a text that is too long; connect again",
        German => "die andere Seite hat einen zu langen Text gesendet; verbindet euch noch einmal",
    }
}

pub(crate) fn broken_unasked() -> &'static str {
    match language() {
        English => "the other side sent what nobody asked for; connect again",
        German => "die andere Seite hat gesendet, worum niemand gebeten hat; verbindet euch noch einmal",
    }
}

pub(crate) fn broken_log() -> &'static str {
    match language() {
        English => "what the other side sent does not agree with what is kept here; connect again, or ask them to update",
        German => "was die andere Seite gesendet hat, stimmt nicht mit dem überein, was hier aufbewahrt ist; verbindet euch noch einmal, oder bitte sie um eine Aktualisierung",
    }
}

pub(crate) fn unreadable_missing() -> &'static str {
    match language() {
        English => "there is no such file: check the path",
        German => "diese Datei gibt es nicht: prüfe den Pfad",
    }
}

pub(crate) fn unreadable_forbidden() -> &'static str {
    match language() {
        English => "this file may not be read: check its permissions",
        German => "diese Datei darf nicht gelesen werden: prüfe ihre Rechte",
    }
}

pub(crate) fn unreadable(error: impl Display) -> String {
    match language() {
        English => format!("it could not be read ({error}): try again"),
        German => format!("das konnte nicht gelesen werden ({error}): versuche es noch einmal"),
    }
}

pub(crate) fn unwritable(error: impl Display) -> String {
    match language() {
        English => format!("it could not be written ({error}): choose another place"),
        German => format!("das konnte nicht geschrieben werden ({error}): wähle einen anderen Ort"),
    }
}

pub(crate) fn already_there() -> &'static str {
    match language() {
        English => "something is there already: choose another place with --output",
        German => "dort ist schon etwas: wähle mit --output einen anderen Ort",
    }
}

pub(crate) fn no_space() -> &'static str {
    match language() {
        English => "there is no space left: free some, or choose another place with --output",
        German => "dort ist kein Platz mehr: schaffe welchen, oder wähle mit --output einen anderen Ort",
    }
}

pub(crate) fn not_permitted() -> &'static str {
    match language() {
        English => "nothing may be written there: choose another place with --output",
        German => "dort darf nichts geschrieben werden: wähle mit --output einen anderen Ort",
    }
}

pub(crate) fn no_such_folder() -> &'static str {
    match language() {
        English => "there is no such folder: choose another place with --output",
        German => "diesen Ordner gibt es nicht: wähle mit --output einen anderen Ort",
    }
}

pub(crate) fn neither_file_nor_folder() -> &'static str {
    match language() {
        English => "this is neither a file nor a folder: choose one",
        German => "das ist weder Datei noch Ordner: wähle eines davon",
    }
}

pub(crate) fn no_locked_file() -> &'static str {
    match language() {
        English => "there is no such file, and no locked text in that: check the path, or copy the whole text",
        German => "diese Datei gibt es nicht, und ein verschlossener Text ist es auch nicht: prüfe den Pfad, oder kopiere den ganzen Text",
    }
}

pub(crate) fn changed_meanwhile() -> &'static str {
    match language() {
        English => "it was changed while it was read: try again when nothing writes to it",
        German => "das wurde beim Lesen verändert: versuche es noch einmal, wenn nichts mehr hineinschreibt",
    }
}

pub(crate) fn unsafe_folder() -> &'static str {
    match language() {
        English => "this locked folder holds a link, a device or a path that leads out of it, so nothing was unpacked: do not trust its sender",
        German => "dieser verschlossene Ordner enthält einen Link, ein Gerät oder einen Pfad, der hinausführt, daher wurde nichts ausgepackt: traue dem nicht, von dem er kommt",
    }
}

pub(crate) fn left_out(names: impl Display) -> String {
    match language() {
        English => format!("Left out, since links and devices are not locked: {names}"),
        German => format!("Weggelassen, denn Links und Geräte werden nicht verschlossen: {names}"),
    }
}

pub(crate) fn left_unread(names: impl Display) -> String {
    match language() {
        English => format!("Left out, since they may not be read: {names} (with --strict nothing is locked then)"),
        German => format!("Weggelassen, denn sie dürfen nicht gelesen werden: {names} (mit --strict wird dann nichts verschlossen)"),
    }
}

pub(crate) fn changed_inside(names: impl Display) -> String {
    match language() {
        English => format!("Locked as they were read, but they changed meanwhile: {names} (with --strict nothing is locked then)"),
        German => format!("Verschlossen, wie sie gelesen wurden, aber sie änderten sich dabei: {names} (mit --strict wird dann nichts verschlossen)"),
    }
}

pub(crate) fn neither_file_nor_folder_inside() -> &'static str {
    match language() {
        English => "links and devices are not locked: remove it, or leave --strict away",
        German => "Links und Geräte werden nicht verschlossen: entferne das, oder lass --strict weg",
    }
}

pub(crate) fn and_more(number: impl Display) -> String {
    match language() {
        English => format!("and {number} more"),
        German => format!("und {number} weitere"),
    }
}

pub(crate) fn is_invitation() -> &'static str {
    match language() {
        English => "an invitation",
        German => "eine Einladung",
    }
}

pub(crate) fn is_reply() -> &'static str {
    match language() {
        English => "a reply to an invitation",
        German => "ein Antwortcode zu einer Einladung",
    }
}

pub(crate) fn is_here() -> &'static str {
    match language() {
        English => "where somebody is whom you have met",
        German => "wo jemand ist, den du schon getroffen hast",
    }
}

pub(crate) fn is_sealed() -> &'static str {
    match language() {
        English => "a locked file",
        German => "eine verschlossene Datei",
    }
}

pub(crate) fn is_newer() -> &'static str {
    match language() {
        English => "something of a newer Handfast",
        German => "etwas von einem neueren Handfast",
    }
}

pub(crate) fn is_damaged() -> &'static str {
    match language() {
        English => "a damaged invitation or reply",
        German => "eine beschädigte Einladung oder ein beschädigter Antwortcode",
    }
}

pub(crate) fn is_other() -> &'static str {
    match language() {
        English => "another text",
        German => "ein anderer Text",
    }
}

pub(crate) fn host_role() -> &'static str {
    match language() {
        English => "host",
        German => "Gastgeber",
    }
}

pub(crate) fn guest_role() -> &'static str {
    match language() {
        English => "guest",
        German => "Gast",
    }
}

pub(crate) fn demo_draws(name: impl Display, bytes: impl Display, version: impl Display, modules: impl Display) -> String {
    match language() {
        English => format!("{name} shows a code: {bytes} bytes, version {version}, {modules} x {modules} modules"),
        German => format!("{name} zeigt einen Code: {bytes} Bytes, Version {version}, {modules} x {modules} Module"),
    }
}

pub(crate) fn demo_replies(name: impl Display, bytes: impl Display, version: impl Display, modules: impl Display) -> String {
    match language() {
        English => format!("{name} shows a reply: {bytes} bytes, version {version}, {modules} x {modules} modules"),
        German => format!("{name} zeigt einen Antwortcode: {bytes} Bytes, Version {version}, {modules} x {modules} Module"),
    }
}

pub(crate) fn demo_photographs(frame: impl Display) -> String {
    match language() {
        English => format!("the camera takes photograph {frame}"),
        German => format!("die Kamera macht Foto {frame}"),
    }
}

pub(crate) fn demo_reads(milliseconds: impl Display) -> String {
    match language() {
        English => format!("reads the code, after looking for {milliseconds} ms"),
        German => format!("liest den Code, nachdem {milliseconds} ms gesucht wurde"),
    }
}

pub(crate) fn demo_met(name: impl Display, trust: impl Display) -> String {
    match language() {
        English => format!("is connected with {name}. {trust}"),
        German => format!("ist mit {name} verbunden. {trust}"),
    }
}

pub(crate) fn demo_file_made(size: impl Display) -> String {
    match language() {
        English => format!("has a file of {size} to send"),
        German => format!("hat eine Datei von {size} zu senden"),
    }
}

pub(crate) fn demo_file_begins(name: impl Display, size: impl Display) -> String {
    match language() {
        English => format!("begins to receive {name} ({size})"),
        German => format!("empfängt jetzt {name} ({size})"),
    }
}

pub(crate) fn demo_file_stored(seconds: impl Display, rate: impl Display) -> String {
    match language() {
        English => format!("has stored it after {seconds} s, {rate} MiB/s"),
        German => format!("hat sie nach {seconds} s gespeichert, {rate} MiB/s"),
    }
}

pub(crate) fn demo_file_checked(start: impl Display) -> String {
    match language() {
        English => format!("has read it back from disk: BLAKE2b {start}..."),
        German => format!("hat sie vom Datenträger zurückgelesen: BLAKE2b {start}..."),
    }
}

pub(crate) fn demo_failed_host(why: impl Display) -> String {
    match language() {
        English => format!("the host of the demonstration stopped: {why}"),
        German => format!("der Gastgeber der Vorführung hat aufgehört: {why}"),
    }
}

pub(crate) fn demo_failed_guest(why: impl Display) -> String {
    match language() {
        English => format!("the guest of the demonstration stopped: {why}"),
        German => format!("der Gast der Vorführung hat aufgehört: {why}"),
    }
}

pub(crate) fn demo_guest_greets() -> &'static str {
    match language() {
        English => "Hi Ana, I scanned the code on your screen.",
        German => "Hallo Ana, ich habe den Code auf deinem Bildschirm gescannt.",
    }
}

pub(crate) fn demo_host_greets() -> &'static str {
    match language() {
        English => "Hi Ben! Nobody in between. What have you got?",
        German => "Hallo Ben! Niemand dazwischen. Was hast du?",
    }
}

pub(crate) fn demo_guest_offers() -> &'static str {
    match language() {
        English => "Here are the holiday pictures.",
        German => "Hier sind die Urlaubsbilder.",
    }
}

pub(crate) fn demo_host_thanks() -> &'static str {
    match language() {
        English => "They are all here, thank you.",
        German => "Sie sind alle da, danke.",
    }
}

pub(crate) fn demo_guest_parts() -> &'static str {
    match language() {
        English => "See you on Sunday!",
        German => "Bis Sonntag!",
    }
}

pub(crate) fn demo_scans(count: u64) -> String {
    match (language(), count == 1) {
        (English, true) => "one scan was enough".to_owned(),
        (English, false) => format!("{count} scans"),
        (German, true) => "ein Scan genügte".to_owned(),
        (German, false) => format!("{count} Scans"),
    }
}

pub(crate) fn demo_equal() -> &'static str {
    match language() {
        English => "equal on both sides",
        German => "auf beiden Seiten gleich",
    }
}

pub(crate) fn demo_unequal() -> &'static str {
    match language() {
        English => "NOT equal on both sides",
        German => "auf beiden Seiten NICHT gleich",
    }
}

pub(crate) fn demo_code(bytes: impl Display, version: impl Display, modules: impl Display) -> String {
    match language() {
        English => format!("Code      {bytes} bytes, version {version}, {modules} x {modules} modules"),
        German => format!("Code      {bytes} Bytes, Version {version}, {modules} x {modules} Module"),
    }
}

pub(crate) fn demo_scan(milliseconds: impl Display, scans: impl Display) -> String {
    match language() {
        English => format!("Scan      read in {milliseconds} ms, {scans}"),
        German => format!("Scan      in {milliseconds} ms gelesen, {scans}"),
    }
}

pub(crate) fn demo_together(milliseconds: impl Display) -> String {
    match language() {
        English => format!("Together  {milliseconds} ms after the code was read, each knows who the other is"),
        German => format!("Zusammen  {milliseconds} ms nach dem Lesen weiß jeder, wer der andere ist"),
    }
}

pub(crate) fn demo_file(rate: impl Display, equal: impl Display) -> String {
    match language() {
        English => format!("File      {rate} MiB/s, {equal}"),
        German => format!("Datei     {rate} MiB/s, {equal}"),
    }
}

pub(crate) fn demo_pictures(folder: impl Display) -> String {
    match language() {
        English => format!("Pictures  in {folder}"),
        German => format!("Bilder    in {folder}"),
    }
}

pub(crate) fn demo_again(seed: impl Display) -> String {
    match language() {
        English => format!("Again     handfast demo --seed {seed}"),
        German => format!("Nochmal   handfast demo --seed {seed}"),
    }
}

pub(crate) fn refused_not_ours() -> &'static str {
    match language() {
        English => "this is not a locked file: check which file or text was meant",
        German => "das ist keine verschlossene Datei: prüfe, welche Datei oder welcher Text gemeint war",
    }
}

pub(crate) fn refused_newer() -> &'static str {
    match language() {
        English => "this was locked by a newer Handfast: update this program",
        German => "das wurde von einem neueren Handfast verschlossen: aktualisiere dieses Programm",
    }
}

pub(crate) fn refused_too_expensive() -> &'static str {
    match language() {
        English => "opening this asks for more memory, time or space than is reasonable: ask the sender to lock it again",
        German => "das zu öffnen verlangt mehr Speicher, Zeit oder Platz als vernünftig ist: bitte darum, dass es neu verschlossen wird",
    }
}

pub(crate) fn refused_wrong_answer() -> &'static str {
    match language() {
        English => "the answer or code is wrong, or the file was altered: try again, then ask for it to be sent again",
        German => "die Antwort oder der Code ist falsch, oder die Datei wurde verändert: versuche es noch einmal, dann bitte darum, dass sie noch einmal gesendet wird",
    }
}

pub(crate) fn refused_damaged() -> &'static str {
    match language() {
        English => "this is damaged, cut or altered: ask for it to be sent again",
        German => "das ist beschädigt, abgeschnitten oder verändert: bitte darum, dass es noch einmal gesendet wird",
    }
}

pub(crate) fn question_said(question: impl Display) -> String {
    match language() {
        English => format!("Question: {question}"),
        German => format!("Frage: {question}"),
    }
}

pub(crate) fn answer_prompt() -> &'static str {
    match language() {
        English => "Answer (not shown):",
        German => "Antwort (wird nicht angezeigt):",
    }
}

pub(crate) fn answer_prompt_of(number: impl Display, count: impl Display) -> String {
    match language() {
        English => format!("Answer {number} of {count} (not shown):"),
        German => format!("Antwort {number} von {count} (wird nicht angezeigt):"),
    }
}

pub(crate) fn answer_count(questions: impl Display, answers: impl Display) -> String {
    match language() {
        English => format!("there are {questions} questions but {answers} answers: write one answer a line"),
        German => format!("es gibt {questions} Fragen, aber {answers} Antworten: schreibe eine Antwort je Zeile"),
    }
}

pub(crate) fn not_a_code() -> &'static str {
    match language() {
        English => "this is not a code: it has 26 letters and digits, or 16 words",
        German => "das ist kein Code: er hat 26 Buchstaben und Ziffern oder 16 Wörter",
    }
}

pub(crate) fn answer_empty() -> &'static str {
    match language() {
        English => "an answer is empty: write one",
        German => "eine Antwort ist leer: schreibe eine",
    }
}

pub(crate) fn answer_too_long() -> &'static str {
    match language() {
        English => "an answer is too long: shorten it",
        German => "eine Antwort ist zu lang: kürze sie",
    }
}

pub(crate) fn questions_count() -> &'static str {
    match language() {
        English => "there can be one to five questions: leave some out",
        German => "es kann eine bis fünf Fragen geben: lass welche weg",
    }
}

pub(crate) fn questions_too_long() -> &'static str {
    match language() {
        English => "the questions are too long: shorten them",
        German => "die Fragen sind zu lang: kürze sie",
    }
}

pub(crate) fn answer_one_character() -> &'static str {
    match language() {
        English => "one character is no answer: write a longer one",
        German => "ein Zeichen ist keine Antwort: schreibe eine längere",
    }
}

pub(crate) fn answer_common() -> &'static str {
    match language() {
        English => "this is one of the answers that everybody tries first: choose another answer",
        German => "das ist eine der Antworten, die alle zuerst probieren: wähle eine andere Antwort",
    }
}

pub(crate) fn answer_in_question() -> &'static str {
    match language() {
        English => "the answer stands in the question: choose another one",
        German => "die Antwort steht in der Frage: wähle eine andere",
    }
}

pub(crate) fn text_empty() -> &'static str {
    match language() {
        English => "the text shows nothing: write something or leave it out",
        German => "der Text zeigt nichts: schreibe etwas, oder lass ihn weg",
    }
}

pub(crate) fn text_too_long() -> &'static str {
    match language() {
        English => "the text is too long: shorten it",
        German => "der Text ist zu lang: kürze ihn",
    }
}

pub(crate) fn text_control() -> &'static str {
    match language() {
        English => "the text holds an invisible control character: type it anew",
        German => "der Text enthält ein unsichtbares Steuerzeichen: schreibe ihn neu",
    }
}

pub(crate) fn link_base_how() -> &'static str {
    match language() {
        English => "not a link base: write it like https://handfast.example/",
        German => "damit kann kein Link beginnen: schreibe es wie https://handfast.example/",
    }
}

pub(crate) fn strength_rate(rate: impl Display) -> String {
    match language() {
        English => format!("One good graphics card tries about {rate} answers a second."),
        German => format!("Eine gute Grafikkarte probiert etwa {rate} Antworten je Sekunde."),
    }
}

pub(crate) fn strength_weak_said(time: impl Display, rate: impl Display) -> String {
    match language() {
        English => format!("Weak: whoever gets the locked file can find this by trying, in {time} at most. {rate}"),
        German => format!("Schwach: Wer die verschlossene Datei bekommt, findet das durch Probieren, in höchstens {time}. {rate}"),
    }
}

pub(crate) fn strength_fair_said(time: impl Display, rate: impl Display) -> String {
    match language() {
        English => format!("Fair: one person would try for up to {time}; somebody with many machines finds it. {rate}"),
        German => format!("Mittel: Eine Person müsste bis zu {time} probieren; wer viele Rechner hat, findet es. {rate}"),
    }
}

pub(crate) fn strength_no_shortcut_said(rate: impl Display) -> String {
    match language() {
        English => format!("No quick way to guess this was seen, which is no promise. {rate}"),
        German => format!("Es war kein schneller Weg zu sehen, das zu erraten, was kein Versprechen ist. {rate}"),
    }
}

pub(crate) fn strength_beyond_reach_said() -> &'static str {
    match language() {
        English => "With the code nobody can find the answer by trying.",
        German => "Mit dem Code kann niemand die Antwort durch Probieren finden.",
    }
}

pub(crate) fn time_a_minute() -> &'static str {
    match language() {
        English => "a minute",
        German => "einer Minute",
    }
}

pub(crate) fn time_ages() -> &'static str {
    match language() {
        English => "thousands of years",
        German => "Tausenden von Jahren",
    }
}

pub(crate) fn time_years(count: u64) -> String {
    match (language(), count == 1) {
        (English, true) => format!("about {count} year"),
        (English, false) => format!("about {count} years"),
        (German, true) => format!("etwa {count} Jahr"),
        (German, false) => format!("etwa {count} Jahren"),
    }
}

pub(crate) fn time_months(count: u64) -> String {
    match (language(), count == 1) {
        (English, true) => format!("about {count} month"),
        (English, false) => format!("about {count} months"),
        (German, true) => format!("etwa {count} Monat"),
        (German, false) => format!("etwa {count} Monaten"),
    }
}

pub(crate) fn time_days(count: u64) -> String {
    match (language(), count == 1) {
        (English, true) => format!("about {count} day"),
        (English, false) => format!("about {count} days"),
        (German, true) => format!("etwa {count} Tag"),
        (German, false) => format!("etwa {count} Tagen"),
    }
}

pub(crate) fn time_hours(count: u64) -> String {
    match (language(), count == 1) {
        (English, true) => format!("about {count} hour"),
        (English, false) => format!("about {count} hours"),
        (German, true) => format!("etwa {count} Stunde"),
        (German, false) => format!("etwa {count} Stunden"),
    }
}

pub(crate) fn time_minutes(count: u64) -> String {
    match (language(), count == 1) {
        (English, true) => format!("about {count} minute"),
        (English, false) => format!("about {count} minutes"),
        (German, true) => format!("etwa {count} Minute"),
        (German, false) => format!("etwa {count} Minuten"),
    }
}

pub(crate) fn sealed_at(path: impl Display, size: impl Display) -> String {
    match language() {
        English => format!("Locked: {path} ({size})"),
        German => format!("Verschlossen: {path} ({size})"),
    }
}

pub(crate) fn renamed(name: impl Display) -> String {
    match language() {
        English => format!("It was called {name}, which cannot be its name here."),
        German => format!("Es hieß {name}, was hier nicht sein Name sein kann."),
    }
}

pub(crate) fn unsealed_at(path: impl Display, size: impl Display) -> String {
    match language() {
        English => format!("Opened: {path} ({size})"),
        German => format!("Geöffnet: {path} ({size})"),
    }
}

pub(crate) fn unsealed_folder_at(path: impl Display, size: impl Display) -> String {
    match language() {
        English => format!("Opened folder: {path} ({size})"),
        German => format!("Ordner geöffnet: {path} ({size})"),
    }
}

pub(crate) fn too_large_to_write(size: impl Display) -> String {
    match language() {
        English => format!("it holds {size}, and there is nobody to ask whether to write so much: add --large if you want to"),
        German => format!("darin sind {size}, und niemand ist da, um gefragt zu werden, ob so viel geschrieben werden soll: füge --large hinzu, wenn du das willst"),
    }
}

pub(crate) fn write_so_much(size: impl Display) -> String {
    match language() {
        English => format!("It holds {size}. Write that much? [y/N]"),
        German => format!("Darin sind {size}. So viel schreiben? [j/N]"),
    }
}

pub(crate) fn too_large_to_seal(size: impl Display) -> String {
    match language() {
        English => format!("this is more than {size}: lock it in parts"),
        German => format!("das ist mehr als {size}: verschließe es in Teilen"),
    }
}

pub(crate) fn too_large_for_text(size: impl Display) -> String {
    match language() {
        English => format!("this is too long for a text, of which {size} fit: leave out --text and send the file"),
        German => format!("das ist zu lang für einen Text, in den {size} passen: lass --text weg und sende die Datei"),
    }
}

pub(crate) fn too_large_for_page(size: impl Display) -> String {
    match language() {
        English => format!("this is too long for a page, in which {size} fit: leave out --html and send the file"),
        German => format!("das ist zu lang für eine Seite, in die {size} passen: Lass --html weg und sende die Datei"),
    }
}

pub(crate) fn too_large_for_picture(size: impl Display) -> String {
    match language() {
        English => format!("this is too long for a picture, in which {size} fit: leave out --png and send the file"),
        German => format!("das ist zu lang für ein Bild, in das {size} passen: Lass --png weg und sende die Datei"),
    }
}

pub(crate) fn picture_is_code() -> &'static str {
    match language() {
        English => "The picture is a code: it opens however it is sent, also as a photo in a messenger.",
        German => "Das Bild ist ein Code: Es öffnet sich, wie auch immer es gesendet wird, auch als Foto in einem Messenger.",
    }
}

pub(crate) fn picture_as_file() -> &'static str {
    match language() {
        English => "Send this picture as a file: sent as a photo it loses what is locked inside.",
        German => "Sende dieses Bild als Datei: Als Foto gesendet verliert es, was darin verschlossen ist.",
    }
}

pub(crate) fn holds_no_file(what: impl Display) -> String {
    match language() {
        English => format!("this holds {what} and not a file: open it where it belongs"),
        German => format!("darin ist {what} und keine Datei: öffne es dort, wo es hingehört"),
    }
}

pub(crate) fn held_reply() -> &'static str {
    match language() {
        English => "a reply",
        German => "ein Antwortcode",
    }
}

pub(crate) fn held_file() -> &'static str {
    match language() {
        English => "a file",
        German => "eine Datei",
    }
}

pub(crate) fn inspected_file() -> &'static str {
    match language() {
        English => "A locked file or folder.",
        German => "Eine verschlossene Datei oder ein verschlossener Ordner.",
    }
}

pub(crate) fn inspected_device_state() -> &'static str {
    match language() {
        English => "A device that moves, locked: handfast import makes this machine that device.",
        German => "Ein Gerät, das umzieht, verschlossen: handfast import macht diesen Rechner zu dem Gerät.",
    }
}

pub(crate) fn inspected_reply() -> &'static str {
    match language() {
        English => "A locked reply.",
        German => "Ein verschlossener Antwortcode.",
    }
}

pub(crate) fn inspected_invitation() -> &'static str {
    match language() {
        English => "A locked invitation.",
        German => "Eine verschlossene Einladung.",
    }
}

pub(crate) fn cost(memory: impl Display, passes: impl Display, rate: impl Display) -> String {
    match language() {
        English => format!("Each try takes {memory} of memory and {passes} passes over it: about {rate} tries a second on one good graphics card."),
        German => format!("Jeder Versuch braucht {memory} Speicher und {passes} Durchgänge darüber: etwa {rate} Versuche je Sekunde auf einer guten Grafikkarte."),
    }
}

pub(crate) fn sizes(size: impl Display, content: impl Display) -> String {
    match language() {
        English => format!("{size}, with at most {content} inside (more if it was compressed)."),
        German => format!("{size}, mit höchstens {content} darin (mehr, wenn es komprimiert wurde)."),
    }
}

pub(crate) fn sizes_too_short(size: impl Display) -> String {
    match language() {
        English => format!("{size}, which is too short to be whole."),
        German => format!("{size}, was zu kurz ist, um vollständig zu sein."),
    }
}

pub(crate) fn no_port(why: impl Display) -> String {
    match language() {
        English => format!("No port was opened: {why}. They may have to send a reply back."),
        German => format!("Es wurde kein Port geöffnet: {why}. Vielleicht muss ein Antwortcode zurückkommen."),
    }
}

pub(crate) fn no_port_opened(why: impl Display) -> String {
    match language() {
        English => format!("No port opened: {why}."),
        German => format!("Kein Port geöffnet: {why}."),
    }
}

pub(crate) fn mapping_not_asked() -> &'static str {
    match language() {
        English => "the router could not be asked",
        German => "der Router konnte nicht gefragt werden",
    }
}

pub(crate) fn mapping_router_unknown() -> &'static str {
    match language() {
        English => "the router of this network is not known",
        German => "der Router dieses Netzes ist nicht bekannt",
    }
}

pub(crate) fn mapping_not_offered() -> &'static str {
    match language() {
        English => "the router does not offer to open a port: it may be switched off in its settings",
        German => "der Router bietet nicht an, einen Port zu öffnen: vielleicht ist das in seinen Einstellungen ausgeschaltet",
    }
}

pub(crate) fn mapping_useless() -> &'static str {
    match language() {
        English => "the router answers nothing that can be used",
        German => "der Router antwortet nichts Brauchbares",
    }
}

pub(crate) fn mapping_refused() -> &'static str {
    match language() {
        English => "the router does not open a port for this device",
        German => "der Router öffnet für dieses Gerät keinen Port",
    }
}

pub(crate) fn mapping_not_public() -> &'static str {
    match language() {
        English => "the router has no public address of its own",
        German => "der Router hat selbst keine öffentliche Adresse",
    }
}

pub(crate) fn own_address(address: impl Display, range: impl Display) -> String {
    match language() {
        English => format!("Address {address} ({range})"),
        German => format!("Adresse {address} ({range})"),
    }
}

pub(crate) fn range_public() -> &'static str {
    match language() {
        English => "public",
        German => "öffentlich",
    }
}

pub(crate) fn range_private() -> &'static str {
    match language() {
        English => "private, of this network only",
        German => "privat, nur in diesem Netz",
    }
}

pub(crate) fn range_carrier() -> &'static str {
    match language() {
        English => "shared by the carrier, of its network only",
        German => "vom Anbieter mit anderen geteilt, nur in dessen Netz",
    }
}

pub(crate) fn range_link() -> &'static str {
    match language() {
        English => "only for this cable or radio: this network hands out no addresses",
        German => "nur für dieses Kabel oder diesen Funk: dieses Netz verteilt keine Adressen",
    }
}

pub(crate) fn range_loopback() -> &'static str {
    match language() {
        English => "this machine itself",
        German => "dieser Rechner selbst",
    }
}

pub(crate) fn range_special() -> &'static str {
    match language() {
        English => "of no use to others",
        German => "für andere ohne Nutzen",
    }
}

pub(crate) fn seen_outside(address: impl Display) -> String {
    match language() {
        English => format!("Seen from outside as {address}"),
        German => format!("Von außen gesehen als {address}"),
    }
}

pub(crate) fn port_mapped(address: impl Display) -> String {
    match language() {
        English => format!("The router opened a port at {address} when asked, and has closed it again."),
        German => format!("Der Router öffnete auf Bitte einen Port bei {address} und hat ihn wieder geschlossen."),
    }
}

pub(crate) fn hairpin() -> &'static str {
    match language() {
        English => "The router leads back what is sent to its own address.",
        German => "Der Router führt zurück, was an seine eigene Adresse geht.",
    }
}

pub(crate) fn no_hairpin() -> &'static str {
    match language() {
        English => "The router does not lead back what is sent to its own address.",
        German => "Der Router führt nicht zurück, was an seine eigene Adresse geht.",
    }
}

pub(crate) fn chance_unless_apart() -> &'static str {
    match language() {
        English => "yes, unless it keeps its devices apart",
        German => "ja, wenn es seine Geräte nicht trennt",
    }
}

pub(crate) fn nobody_was_asked() -> &'static str {
    match language() {
        English => "Nobody was asked.",
        German => "Niemand wurde gefragt.",
    }
}

pub(crate) fn router_was_asked() -> &'static str {
    match language() {
        English => "Asked: the router.",
        German => "Gefragt: der Router.",
    }
}

pub(crate) fn servers_and_router(servers: impl Display) -> String {
    match language() {
        English => format!("Asked: {servers} and the router."),
        German => format!("Gefragt: {servers} und der Router."),
    }
}

pub(crate) fn hint(why: impl Display, try_this: impl Display) -> String {
    match language() {
        English => format!("Nothing heard yet. Most likely {why}: {try_this}."),
        German => format!("Noch nichts gehört. Vermutlich {why}: {try_this}."),
    }
}

pub(crate) fn why_no_network() -> &'static str {
    match language() {
        English => "this machine has no network",
        German => "hat dieser Rechner kein Netz",
    }
}

pub(crate) fn why_kept_apart() -> &'static str {
    match language() {
        English => "you are in the same network, and the firewall of one of your computers lets nothing in, or the network keeps its devices apart, as public Wi-Fi does",
        German => "seid ihr im selben Netz, und die Firewall eines eurer Rechner lässt nichts herein, oder das Netz trennt seine Geräte, wie öffentliche WLANs es tun",
    }
}

pub(crate) fn why_firewall() -> &'static str {
    match language() {
        English => "the firewall of this computer lets in nobody to whom it has not sent anything",
        German => "lässt die Firewall dieses Rechners niemanden herein, dem er nichts geschickt hat",
    }
}

pub(crate) fn why_no_common_family() -> &'static str {
    match language() {
        English => "one of you has IPv4 only and the other IPv6 only",
        German => "hat einer von euch nur IPv4 und der andere nur IPv6",
    }
}

pub(crate) fn why_blocked() -> &'static str {
    match language() {
        English => "this network lets no direct connections out",
        German => "lässt dieses Netz keine direkten Verbindungen hinaus",
    }
}

pub(crate) fn why_both_strict() -> &'static str {
    match language() {
        English => "both networks are strict, and hide where each of you can be found",
        German => "sind beide Netze streng und verbergen, wo ihr zu finden seid",
    }
}

pub(crate) fn why_reply_missing() -> &'static str {
    match language() {
        English => "your networks do not join by themselves",
        German => "finden eure Netze nicht von selbst zueinander",
    }
}

pub(crate) fn why_only_local() -> &'static str {
    match language() {
        English => "the invitation names only addresses of their own network",
        German => "nennt die Einladung nur Adressen aus ihrem eigenen Netz",
    }
}

pub(crate) fn why_one_strict() -> &'static str {
    match language() {
        English => "one of the two networks is strict, and no way past it was found yet",
        German => "ist eines der beiden Netze streng, und es fand sich noch kein Weg daran vorbei",
    }
}

pub(crate) fn why_strict_unreplied() -> &'static str {
    match language() {
        English => "one of the two networks is strict, and they need your reply",
        German => "ist eines der beiden Netze streng, und die andere Seite braucht deinen Antwortcode",
    }
}

pub(crate) fn why_gone() -> &'static str {
    match language() {
        English => "nothing was heard from them",
        German => "ist die andere Seite nicht mehr da",
    }
}

pub(crate) fn try_join_network() -> &'static str {
    match language() {
        English => "connect it to one, then try again",
        German => "verbinde ihn mit einem und versuche es noch einmal",
    }
}

pub(crate) fn try_hotspot() -> &'static str {
    match language() {
        English => "allow handfast to receive UDP in the firewall of this computer, and of theirs, or let one of you open a hotspot and the other join it",
        German => "erlaube handfast in der Firewall dieses Rechners, UDP zu empfangen, und ebenso drüben, oder einer von euch öffnet einen Hotspot, und der andere tritt ihm bei",
    }
}

pub(crate) fn try_let_in() -> &'static str {
    match language() {
        English => "allow handfast to receive UDP there, or open the reply that the other side shows, which needs no permission",
        German => "erlaube handfast dort, UDP zu empfangen, oder öffne die Antwort, die der andere zeigt, denn dafür braucht es keine Erlaubnis",
    }
}

pub(crate) fn try_other_network() -> &'static str {
    match language() {
        English => "let one of you change to another network, such as a hotspot or a home Wi-Fi",
        German => "einer von euch wechselt in ein anderes Netz, etwa einen Hotspot oder ein WLAN zu Hause",
    }
}

pub(crate) fn try_pass_reply() -> &'static str {
    match language() {
        English => "let the one who invited scan or open the reply",
        German => "wer eingeladen hat, muss den Antwortcode scannen oder öffnen",
    }
}

pub(crate) fn try_invite_far() -> &'static str {
    match language() {
        English => "join that network, or hand them your reply and open the code that they show then",
        German => "tritt diesem Netz bei, oder gib ihnen deinen Antwortcode und öffne den Code, den sie dann zeigen",
    }
}

pub(crate) fn try_trying_harder() -> &'static str {
    match language() {
        English => "both of you type /harder, or tap Try harder in the app, or change to another network",
        German => "gebt beide /harder ein, tippt in der App auf „Mehr versuchen“, oder wechselt in ein anderes Netz",
    }
}

pub(crate) fn try_passing_reply_and_harder() -> &'static str {
    match language() {
        English => "let the one who invited scan or open the reply, and type /harder once they have it",
        German => "wer eingeladen hat, muss den Antwortcode scannen oder öffnen; gib dann /harder ein",
    }
}

pub(crate) fn try_again() -> &'static str {
    match language() {
        English => "check that both programs are still running, then try again",
        German => "seht nach, ob beide Programme noch laufen, und versucht es noch einmal",
    }
}

pub(crate) fn page_not_built() -> &'static str {
    match language() {
        English => "the page is not there: build it by scripts/web, which takes some five minutes the first time, or name the folder that it is in",
        German => "die Seite ist nicht da: Baue sie mit scripts/web, was beim ersten Mal etwa fünf Minuten dauert, oder nenne den Ordner, in dem sie liegt",
    }
}

pub(crate) fn page_host_how() -> &'static str {
    match language() {
        English => "write only the name of the host, like meet.example.org: the page is at its root",
        German => "schreibe nur den Namen des Hosts, wie treffen.example.org: Die Seite liegt an seiner Wurzel",
    }
}

pub(crate) fn page_team_how() -> &'static str {
    match language() {
        English => "a team has ten capital letters and digits",
        German => "ein Team hat zehn Großbuchstaben und Ziffern",
    }
}

pub(crate) fn page_app_how() -> &'static str {
    match language() {
        English => "an app is called like example.handfast",
        German => "eine App heißt wie example.handfast",
    }
}

pub(crate) fn page_certificate_how() -> &'static str {
    match language() {
        English => "write the 32 bytes in hexadecimal with colons, like AB:CD:...",
        German => "schreibe die 32 Bytes hexadezimal mit Doppelpunkten, wie AB:CD:...",
    }
}

pub(crate) fn page_not_alone(path: impl Display) -> String {
    match language() {
        English => format!("{path} is not of the page, and what lies beside it could read what it reads: choose a folder of its own"),
        German => format!("{path} gehört nicht zur Seite, und was neben ihr liegt, könnte lesen, was sie liest: Wähle einen eigenen Ordner"),
    }
}

pub(crate) fn page_written(folder: impl Display, host: impl Display) -> String {
    match language() {
        English => format!("The page is in {folder}. Serve it at https://{host}/, and `handfast config link-base {host}` makes your links lead there."),
        German => format!("Die Seite ist in {folder}. Biete sie unter https://{host}/ an, und `handfast config link-base {host}` lässt deine Links dorthin führen."),
    }
}

pub(crate) fn page_without_apps() -> &'static str {
    match language() {
        English => "Phones open links to it in the page, and not in the app: that takes --team and --certificate.",
        German => "Telefone öffnen Links dorthin in der Seite, nicht in der App: Dafür braucht es --team und --certificate.",
    }
}

pub(crate) fn served_otherwise(path: impl Display) -> String {
    match language() {
        English => format!("{path}: it serves another one"),
        German => format!("{path}: dort liegt eine andere"),
    }
}

pub(crate) fn served_not(path: impl Display) -> String {
    match language() {
        English => format!("{path}: it serves none"),
        German => format!("{path}: dort liegt keine"),
    }
}

pub(crate) fn served_by_nobody(path: impl Display, error: impl Display) -> String {
    match language() {
        English => format!("{path} cannot be had from there: {error}"),
        German => format!("{path} ist dort nicht zu bekommen: {error}"),
    }
}

pub(crate) fn served_another() -> &'static str {
    match language() {
        English => "that host does not serve this build: another version, or somebody changed it",
        German => "dieser Host bietet nicht diese Seite an: eine andere Version, oder jemand hat sie verändert",
    }
}

pub(crate) fn served_this(files: impl Display) -> String {
    match language() {
        English => format!("It serves this build, {files} files, byte for byte. It may serve others to somebody else, or tomorrow."),
        German => format!("Dort liegt genau diese Seite, {files} Dateien, Byte für Byte. Anderen oder morgen kann etwas anderes angeboten werden."),
    }
}

pub(crate) fn page_needs_code() -> &'static str {
    match language() {
        English => "whoever carries a page can put one in its place that looks the same and tells them the answer: take --code as well, and send the code another way",
        German => "wer eine Seite überbringt, kann sie durch eine ersetzen, die gleich aussieht und die Antwort verrät: Nimm --code dazu und sende den Code auf anderem Weg",
    }
}

pub(crate) fn page_without_code() -> &'static str {
    match language() {
        English => "Whoever carries this page can put one in its place that looks the same and tells them the answer. Write it without a code all the same? [y/N]",
        German => "Wer diese Seite überbringt, kann sie durch eine ersetzen, die gleich aussieht und die Antwort verrät. Trotzdem ohne Code schreiben? [j/N]",
    }
}

pub(crate) fn page_can_be_replaced() -> &'static str {
    match language() {
        English => "The page is written. Whoever carries it can put another one in its place that looks the same: what --ask or --lock asks is safer in the app or the program.",
        German => "Die Seite ist geschrieben. Wer sie überbringt, kann sie durch eine ersetzen, die gleich aussieht: Was --ask oder --lock fragt, ist in der App oder im Programm sicherer.",
    }
}

pub(crate) fn link_without_page() -> &'static str {
    match language() {
        English => "This link leads to no page: it opens in the app, or wherever it is pasted. `handfast config link-base URL` names a page.",
        German => "Dieser Link führt zu keiner Seite: Er öffnet sich in der App, oder wo er eingefügt wird. `handfast config link-base URL` nennt eine Seite.",
    }
}

pub(crate) fn page_not_read(error: impl Display) -> String {
    match language() {
        English => format!("the page cannot be read ({error}): build it again by scripts/web"),
        German => format!("die Seite ist nicht lesbar ({error}): Baue sie mit scripts/web noch einmal"),
    }
}

pub(crate) fn not_served(error: impl Display) -> String {
    match language() {
        English => format!("the page cannot be served there ({error}): choose another --port or --bind"),
        German => format!("die Seite lässt sich dort nicht bereitstellen ({error}): Wähle --port oder --bind anders"),
    }
}

pub(crate) fn demo_browser(address: impl Display) -> String {
    match language() {
        English => format!("Two pages that meet are at {address} until you press Ctrl-C: open it in a browser of this machine."),
        German => format!("Zwei Seiten, die sich treffen, sind unter {address}, bis du Strg-C drückst: Öffne sie in einem Browser dieses Rechners."),
    }
}

pub(crate) fn serving(address: impl Display) -> String {
    match language() {
        English => format!("The page is at {address} until you press Ctrl-C. Links lead there by --link-base, or for good by config link-base."),
        German => format!("Die Seite ist unter {address}, bis du Strg-C drückst. Links führen mit --link-base dorthin, auf Dauer mit config link-base."),
    }
}

pub(crate) fn value_name_dir() -> &'static str {
    match language() {
        English => "DIR",
        German => "ORDNER",
    }
}

pub(crate) fn value_name_file() -> &'static str {
    match language() {
        English => "FILE",
        German => "DATEI",
    }
}

pub(crate) fn value_name_path() -> &'static str {
    match language() {
        English => "PATH",
        German => "PFAD",
    }
}

pub(crate) fn value_name_picture() -> &'static str {
    match language() {
        English => "PICTURE",
        German => "BILD",
    }
}

pub(crate) fn value_name_question() -> &'static str {
    match language() {
        English => "QUESTION",
        German => "FRAGE",
    }
}

pub(crate) fn value_name_new() -> &'static str {
    match language() {
        English => "NEW",
        German => "NEU",
    }
}

pub(crate) fn value_name_size() -> &'static str {
    match language() {
        English => "SIZE",
        German => "GRÖSSE",
    }
}

pub(crate) fn value_name_time() -> &'static str {
    match language() {
        English => "TIME",
        German => "DAUER",
    }
}

pub(crate) fn value_name_command() -> &'static str {
    match language() {
        English => "COMMAND",
        German => "BEFEHL",
    }
}

pub(crate) fn value_name_subjects() -> &'static str {
    match language() {
        English => "SUBJECTS",
        German => "THEMEN",
    }
}

pub(crate) fn value_name_file_or_input() -> &'static str {
    match language() {
        English => "FILE|-",
        German => "DATEI|-",
    }
}

pub(crate) fn value_name_path_or_input() -> &'static str {
    match language() {
        English => "PATH|-",
        German => "PFAD|-",
    }
}

pub(crate) fn value_name_invitation() -> &'static str {
    match language() {
        English => "LINK|PICTURE|-",
        German => "LINK|BILD|-",
    }
}

pub(crate) fn value_name_container() -> &'static str {
    match language() {
        English => "FILE|TEXT|-",
        German => "DATEI|TEXT|-",
    }
}

/// What the sentence `symbol_*` is here that is called this in English.
pub(crate) fn symbol(english: &str) -> Option<&'static str> {
    Some(match english {
        "elephant" => symbol_elephant(),
        "giraffe" => symbol_giraffe(),
        "camel" => symbol_camel(),
        "hedgehog" => symbol_hedgehog(),
        "owl" => symbol_owl(),
        "flamingo" => symbol_flamingo(),
        "turtle" => symbol_turtle(),
        "snake" => symbol_snake(),
        "frog" => symbol_frog(),
        "whale" => symbol_whale(),
        "shark" => symbol_shark(),
        "crab" => symbol_crab(),
        "snail" => symbol_snail(),
        "bee" => symbol_bee(),
        "butterfly" => symbol_butterfly(),
        "cactus" => symbol_cactus(),
        "sunflower" => symbol_sunflower(),
        "fir tree" => symbol_fir_tree(),
        "mushroom" => symbol_mushroom(),
        "leaf" => symbol_leaf(),
        "banana" => symbol_banana(),
        "cherries" => symbol_cherries(),
        "pineapple" => symbol_pineapple(),
        "melon" => symbol_melon(),
        "corn" => symbol_corn(),
        "carrot" => symbol_carrot(),
        "cheese" => symbol_cheese(),
        "pretzel" => symbol_pretzel(),
        "egg" => symbol_egg(),
        "coffee" => symbol_coffee(),
        "fire" => symbol_fire(),
        "rainbow" => symbol_rainbow(),
        "star" => symbol_star(),
        "moon" => symbol_moon(),
        "globe" => symbol_globe(),
        "volcano" => symbol_volcano(),
        "snowman" => symbol_snowman(),
        "lightning" => symbol_lightning(),
        "umbrella" => symbol_umbrella(),
        "anchor" => symbol_anchor(),
        "train" => symbol_train(),
        "bicycle" => symbol_bicycle(),
        "helicopter" => symbol_helicopter(),
        "rocket" => symbol_rocket(),
        "sailboat" => symbol_sailboat(),
        "balloon" => symbol_balloon(),
        "gift" => symbol_gift(),
        "dice" => symbol_dice(),
        "guitar" => symbol_guitar(),
        "trumpet" => symbol_trumpet(),
        "drum" => symbol_drum(),
        "bell" => symbol_bell(),
        "camera" => symbol_camera(),
        "lamp" => symbol_lamp(),
        "candle" => symbol_candle(),
        "key" => symbol_key(),
        "hammer" => symbol_hammer(),
        "scissors" => symbol_scissors(),
        "paper clip" => symbol_paper_clip(),
        "pencil" => symbol_pencil(),
        "glasses" => symbol_glasses(),
        "crown" => symbol_crown(),
        "hat" => symbol_hat(),
        "gloves" => symbol_gloves(),
        _ => return None,
    })
}

/// What the sentence `value_name_*` is here that is called this in English.
pub(crate) fn value_name(english: &str) -> Option<&'static str> {
    Some(match english {
        "DIR" => value_name_dir(),
        "FILE" => value_name_file(),
        "PATH" => value_name_path(),
        "PICTURE" => value_name_picture(),
        "QUESTION" => value_name_question(),
        "NEW" => value_name_new(),
        "SIZE" => value_name_size(),
        "TIME" => value_name_time(),
        "COMMAND" => value_name_command(),
        "SUBJECTS" => value_name_subjects(),
        "FILE|-" => value_name_file_or_input(),
        "PATH|-" => value_name_path_or_input(),
        "LINK|PICTURE|-" => value_name_invitation(),
        "FILE|TEXT|-" => value_name_container(),
        _ => return None,
    })
}
