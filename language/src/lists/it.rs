//! Italian.

use super::pack::{Due, NEUTRAL, Pack};

pub(super) static IT: Pack = Pack {
    code: "it",
    stop: "
        a, ad, agli, ai, al, alla, alle, allo, anche, ancora, avere, aveva, avevo, avrei, ben,
        bene, c'è, che, chi, ci, cioè, come, con, così, cosa, cose, da, dal, dalla, dai, degli,
        dei, del, della, delle, dello, dentro, di, dice, dire, dopo, dove, due, e, è, ed, era,
        erano, ero, essere, fa, fare, fatto, forse, già, gli, ha, hai, hanno, ho, i, il, in,
        invece, io, la, là, le, lei, li, lo, loro, lui, ma, me, meno, mi, mia, mie, miei, mio,
        molto, ne, nei, nel, nella, no, noi, non, nostra, nostro, o, ogni, oppure, ora, per,
        perché, però, più, poco, poi, prima, proprio, può, qua, qualche, quando, quanto, quella,
        quelle, quelli, quello, questa, queste, questi, questo, qui, quindi, sa, se, sei,
        sempre, senza, si, sì, siamo, sia, sono, sta, stata, stato, sto, su, sua, sul, sulla,
        suo, suoi, tanto, te, ti, tra, tre, troppo, tu, tua, tuo, tutta, tutte, tutti, tutto,
        un, un po', una, uno, va, vi, voi, volta, volte, vorrei, vuoi, l'ho, m'ha, dell'anno,
        grazie, ciao, oggi, ieri",
    fillers: "
        eh, ehm, mm, ah, oh, allora, beh, boh, cioè, dunque, insomma, ecco, sì, no, ok, okay,
        certo, va bene, bene, esatto, perfetto, d'accordo",
    housekeeping: "
        mi senti, mi sentite, ci sentiamo, mi vedi, il mio schermo, condivido lo schermo,
        in muto, il microfono, buongiorno, buonasera, buon pomeriggio, come stai, come va,
        come state, piacere di, grazie mille, grazie a, arrivederci, a presto, alla prossima,
        buona giornata, buona serata, un secondo, un attimo, benvenuto, benvenuta, stessa ora",
    leaning: "
        questo, quello, lui, lei, loro, e, ma, o, perché, che, anche, quindi, lo, la",
    pointing: "questo, quello, lui, lei, loro, lì, là, qui, lo, la, cosa, cose",
    unfinished: "
        il, lo, la, i, gli, le, un, una, di, del, a, al, in, con, per, e, o, ma, perché, che,
        se, mio, mia, è, molto, come",
    insight: "
        mi rendo conto, mi sono reso conto, mi sono resa conto, ho capito, ho notato, noto che,
        ho imparato, mi accorgo, mi sono accorto, mi sono accorta, la verità è, in fondo,
        la cosa importante, ho paura, per la prima volta, il vero problema, sono orgoglioso,
        sono orgogliosa, quello che mi serve, un sollievo",
    goal: "
        il mio obiettivo, il nostro obiettivo, l'obiettivo, vorrei, mi piacerebbe, spero di",
    decision: "
        ho deciso, abbiamo deciso, la decisione è, la mia decisione, siamo d'accordo che,
        abbiamo concordato, restiamo d'accordo, scelgo di, ho scelto, d'ora in poi, è deciso,
        smetto di, rinuncio a",
    undecided: "
        non ho deciso, non abbiamo deciso, non ancora, se ho deciso, anni fa, quando ero",
    proposal: "propongo, possiamo fare, facciamo, potremmo",
    resolution: "propongo, facciamo, allora facciamo, quindi facciamo",
    closing: "altro, prossimo punto, ultimo punto, passiamo a",
    assent: "
        d'accordo, va bene, perfetto, certo, volentieri, buona idea, ci sto, affare fatto",
    takes_on: "lo faccio io, ci penso io, lo farò, me ne occupo",
    decline: "no, non posso, preferisco di no, non credo, non voglio",
    i_will: "
        prometto di, prometto che, mi impegno a, ti mando, ti invio, ti scrivo, ti chiamo,
        le mando, le scrivo, gli mando, gli scrivo, vi mando, vi scrivo, mi occupo di,
        il mio compito è",
    i_intend: "ho intenzione di, penso di, il mio prossimo passo è, voglio provare",
    i_can: "posso, potrei, devo, dovrei, ho bisogno di, vado a",
    will_you: "
        puoi, potresti, può, potrebbe, mi puoi, mi potresti, ti chiedo di, per favore,
        sarebbe bello se, il tuo compito è",
    we_will: "ci vediamo, ci sentiamo, dobbiamo, dovremmo",
    they_will: "deve, dovrebbe, manderà, scriverà, farà",
    no_commitment: "
        puoi dirmi, puoi raccontarmi, puoi descrivere, puoi spiegare, potresti dirmi,
        potresti raccontarmi, potresti descrivere, posso dire, devo dire, ti chiedo come,
        posso chiederti",
    imagined: "
        detto, se, quando, forse, pensavo, magari, cosa, come, chi, sempre, perché, non, mai,
        dice, diceva",
    conditions: "se",
    errands: "
        mandare, mandar*, inviare, inviar*, scrivere, scriver*, chiamare, chiamar*, telefonare,
        telefonar*, prenotare, prenotar*, finire, finir*, preparare, preparar*, rivedere,
        controllare, controllar*, portare, comprare, contattare, contattar*, parlare, parlar*,
        chiedere, chieder*, leggere, firmare, ordinare, cancellare, delegare, invitare,
        organizzare, condividere, completare, consegnare, fissare, incontrare, mando, invio,
        scrivo, chiamo, fare, cercare, iscrivere, iscrivermi, verificare, presentare,
        rispondere, annotare, aggiornare",
    doings: "
        andare, cominciare, iniziare, provare, smettere, prendere, dare, correre, dormire,
        uscire, scegliere, usare, camminare, lasciare",
    yes_no: "sì, no, certo, esatto, ok, okay, perfetto, giusto",
    no_answer: "
        non lo so, non so, non sono sicuro, non sono sicura, non ne ho idea, bella domanda,
        buona domanda, devo pensarci, ci devo pensare",
    left_open: "portati via, non rispondere, domanda aperta, pensaci fino",
    still_unknown: "
        non lo so ancora, non so ancora, non sappiamo ancora, resta aperto, resta aperta,
        ancora da decidere",
    and: "e, ed, ma, poi, o, oppure, quindi",
    future,
    due: Due {
        deadline: "entro, prima, fino",
        at: "il, in, nel, a, alle, dopo, da, tra, fra, per",
        joint: "
            il, la, lo, le, di, del, della, fine, metà, inizio, l', mio, nostra, alle",
        which: "questo, questa, ogni, tutti, tutte",
        next: "prossimo, prossima, prossimi, prossime",
        day: "
            domani, dopodomani, oggi, stasera, lunedì, martedì, mercoledì, giovedì, venerdì, sabato,
            domenica, gennaio, febbraio, marzo, aprile, maggio, giugno, luglio, agosto, settembre,
            ottobre, novembre, dicembre, natale, pasqua",
        span: "
            settimana, settimane, mese, mesi, giorno, giorni, mattina, mattino, pomeriggio, sera,
            notte, trimestre, anno, ora, ore, weekend",
        event: "
            sessione, seduta, riunione, incontro, gara, chiamata, colloquio, vacanze",
        number: "due, tre, quattro, cinque, sei, sette, otto, nove, dieci",
        manner: "alla fine della giornata, al giorno d'oggi",
    },
    ..NEUTRAL
};

/// "Manderò" is from "mandare", "scriverò" from "scrivere".
fn future(word: &str) -> Vec<String> {
    let Some(stem) = word.strip_suffix('ò').filter(|stem| stem.ends_with('r')) else {
        return Vec::new();
    };
    let mut verbs = vec![format!("{stem}e")];
    if let Some(root) = stem.strip_suffix("er") {
        verbs.push(format!("{root}are"));
        for (written, read) in [("ch", "c"), ("gh", "g")] {
            verbs.extend(root.strip_suffix(written).map(|root| format!("{root}{read}are")));
        }
        verbs.push(format!("{root}iare"));
    }
    verbs
}
