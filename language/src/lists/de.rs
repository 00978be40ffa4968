//! German.

use super::pack::{Due, NEUTRAL, Pack, without_ending};

pub(super) static DE: Pack = Pack {
    code: "de",
    stop: "
        ab, aber, alle, allem, allen, aller, alles, als, also, am, an, ander, andere, anderen,
        anderer, anderes, auch, auf, aus, außer, bei, beide, beim, bin, bis, bisschen, bist,
        brauche, braucht, da, dabei, dadurch, dafür, dagegen, daher, damit, dann, daran, darauf,
        darf, darüber, darum, das, dass, davon, davor, dazu, dein, deine, deinem, deinen, deiner,
        dem, den, denn, der, deren, des, deshalb, dessen, desto, dich, die, dies, diese, diesem,
        diesen, dieser, dieses, ding, dinge, dir, doch, dort, du, durch, dürfen, eben, echt, eher,
        eigentlich, ein, eine, einem, einen, einer, eines, einfach, einige, einmal, er, es, etwa,
        etwas, euch, euer, eure, fast, finde, findest, für, gab, ganz, ganze, gar, geht, gehen,
        genau, gerade, gern, gerne, gesagt, gehabt, gemacht, gewesen, gewisse, gibt, ging, glaube,
        gleich, gut, gute, guten, habe, haben, halt, hast, hat, hatte, hatten, hätte, her, heute,
        hier, hin, hinter, ich, ihm, ihn, ihnen, ihr, ihre, ihrem, ihren, ihrer, im, immer, in,
        indem, ins, irgendwas, irgendwie, irgendwann, ist, ja, jahr, jahre, jahren, je, jede,
        jedem, jeden, jeder, jedes, jemand, jetzt, kam, kann, kannst, kein, keine, keinen, keiner,
        komme, kommen, kommt, können, könnte, konnte, lang, lange, leute, liegt, mache, machen,
        machst, macht, mal, man, manche, manchmal, mehr, mein, meine, meinem, meinen, meiner,
        meist, menschen, mich, minuten, mir, mit, möchte, mögen, monat, morgen, muss, müssen,
        musste, nach, nachdem, neben, nein, neu, neue, nicht, nichts, nie, niemand, noch, nun,
        nur, ob, oder, oft, ohne, paar, recht, richtig, sache, sachen, sage, sagen, sagt, sagte,
        schon, schön, sehe, sehen, sehr, sei, sein, seine, seinem, seinen, seiner, seit, selbst,
        sich, sie, siehst, sind, so, sogar, soll, sollen, sollte, somit, sondern, sonst, soviel,
        sowas, steht, stimmt, stunde, stunden, tag, tage, tagen, teil, tun, über, überhaupt, um,
        und, uns, unser, unsere, unseren, unserer, unter, viel, viele, vielleicht, vielen, vom,
        von, vor, wann, war, wäre, waren, warst, warum, was, weg, weil, weiß, weiter, welche,
        welchem, welchen, welcher, welches, wenig, wenn, wer, werde, werden, weshalb, wie, wieder,
        wieso, will, willst, wir, wird, wirklich, wirst, wo, woche, wochen, wohl, wollen, wollte,
        worden, wurde, wurden, würde, würden, zeit, ziemlich, zu, zum, zur, zurück, zusammen,
        zwar, zwei, zwischen, fühle, fühlen, denke, denken, danke, hallo, bitte, frage, moment,
        art",
    fillers: "
        äh, ähm, öh, hm, mhm, mm, ja, nein, nee, naja, also, okay, ok, genau, gut, so, halt, eben,
        ach, oh, tja, na, klar, super, doch, achso, stimmt",
    housekeeping: "
        hörst du mich, hört ihr mich, hören sie mich, könnt ihr mich hören, kannst du mich hören,
        können sie mich hören, seht ihr, siehst du meinen, bildschirm teilen, meinen bildschirm,
        bildschirm freigeben, stummgeschaltet, stumm geschaltet, auf stumm, dein mikro,
        mein mikro, mikrofon, kamera, die aufnahme, wir nehmen auf, aufgezeichnet,
        meine verbindung, deine verbindung, internetverbindung, guten morgen, guten tag,
        guten abend, wie geht's, wie geht es dir, wie geht es ihnen, schön dich zu sehen,
        schön sie zu sehen, freut mich, vielen dank, danke schön, dankeschön, danke dir,
        danke ihnen, bis dann, bis bald, bis nächste, bis zum nächsten, auf wiedersehen, tschüss,
        tschüß, schönen tag, schönes wochenende, schönen abend, eine sekunde, einen moment,
        kleinen moment, herzlich willkommen, willkommen zurück, gleiche zeit, selbe zeit",
    leaning: "
        das, dies, es, er, sie, und, aber, oder, weil, denn, dann, da, diese, dieser, auch, den,
        dem, die",
    pointing: "
        das, dies, es, er, sie, ihn, ihm, ihr, ihnen, da, dort, hier, diese, dieser, dieses,
        damit, davon, darüber, ding, dinge, sache",
    unfinished: "
        der, die, das, den, dem, ein, eine, einen, und, oder, aber, weil, dass, wenn, zu, für,
        mit, von, bei, in, im, am, an, auf, ich, wir, mein, meine, sehr, wie, als",
    insight: "
        mir wird klar, mir ist klar, wird mir klar, mir ist aufgefallen, mir fällt auf, ich merke,
        ich habe gemerkt, ich habe gelernt, ich habe verstanden, jetzt verstehe ich, ich begreife,
        es stellt sich heraus, die wahrheit ist, im grunde, im kern, was zählt, worauf es ankommt,
        das wichtigste, am schwersten, das schwerste, ich habe angst, macht mir angst,
        ich vermeide, zum ersten mal, das muster, ich bin stolz, das eigentliche problem,
        das wahre problem, geht es nicht um, eigentlich geht es, was ich brauche,
        ich fühle mich schuldig, schuldgefühle, erleichterung, erleichtert",
    goal: "
        mein ziel, unser ziel, das ziel, ziel ist, ich möchte heute, ich würde gerne,
        ich würde gern, ich hoffe, am hilfreichsten, mich konzentrieren, ich wünsche mir",
    decision: "
        ich habe entschieden, habe ich entschieden, wir haben entschieden, haben wir entschieden,
        ich habe mich entschieden, habe mich entschieden, wir haben uns entschieden,
        haben uns entschieden, haben wir uns entschieden, ich entscheide mich,
        die entscheidung ist, meine entscheidung, wir haben beschlossen, ich habe beschlossen,
        haben wir beschlossen, wir sind uns einig, haben vereinbart, abgemacht, ist entschieden,
        wir einigen uns, ab jetzt, ab sofort, von nun an, ab heute, ich höre auf, ich sage nein,
        ich sage ab",
    undecided: "nicht entschieden, noch nicht, falls ich, damals, vor jahren, als ich",
    proposal: "
        lass uns, lasst uns, lassen sie uns, ich schlage vor, mein vorschlag, wir machen,
        wir nehmen, wir bleiben bei, wir werden, dann machen wir, wir könnten",
    resolution: "
        lass uns, lasst uns, lassen sie uns, ich schlage vor, dann machen wir, dann nehmen wir,
        dann bleiben wir bei, wir machen also, wir nehmen also, also machen wir, also nehmen wir,
        wir halten fest",
    closing: "
        noch etwas, sonst noch, nächster punkt, nächstes thema, nächsten punkt, nächsten thema,
        letzter punkt, letztes thema, machen wir weiter mit, weitere fragen",
    assent: "
        einverstanden, abgemacht, klingt gut, passt, das passt, in ordnung, gerne, gern,
        natürlich, selbstverständlich, auf jeden fall, gute idee, machen wir so, so machen wir,
        so machen wir's, finde ich gut",
    takes_on: "
        mache ich, mach ich, das mache ich, das mach ich, ich mache das, ich mach das,
        ich kümmere mich, übernehme ich, ich übernehme, werde ich, ich werde",
    decline: "
        nein, nee, das geht nicht, kann ich nicht, ich kann nicht, lieber nicht, ich glaube nicht,
        eher nicht, ich will nicht, ich möchte nicht",
    i_will: "
        ich werde, werde ich, ich verspreche, ich verpflichte mich, ich schicke, ich sende,
        ich schreibe, ich rufe, ich spreche, ich frage, ich buche, ich bereite, ich kümmere mich,
        ich übernehme, ich melde mich, ich erstelle, ich mache, schicke ich, sende ich,
        schreibe ich, rufe ich, spreche ich, frage ich, buche ich, bereite ich, kümmere ich,
        übernehme ich, melde ich, erstelle ich, mache ich, meine aufgabe ist",
    i_intend: "
        ich habe vor, ich plane, ich nehme mir vor, mein nächster schritt ist,
        mein erster schritt ist, ich versuche, ich will versuchen, ich möchte versuchen",
    i_can: "ich kann, ich könnte, ich muss, ich sollte, kann ich",
    will_you: "
        kannst du, könntest du, können sie, könnten sie, würdest du, würden sie, magst du, bitte,
        wäre gut wenn, wäre schön wenn, wäre toll wenn, wäre super wenn, wäre hilfreich wenn,
        alle sollten, ich bitte alle, ich bitte dich, ich bitte sie, ich lade dich ein,
        deine aufgabe ist, ihre aufgabe ist, deine hausaufgabe",
    we_will: "
        wir werden, lass uns, lasst uns, wir treffen uns, treffen wir uns, wir sprechen,
        wir müssen, wir sollten",
    they_will: "wird, soll, sollte, muss, schickt, schreibt, macht, übernimmt",
    // "Ich werde … sprechen": the verb ends the clause.
    verb_within: 12,
    and: "und, aber, dann, oder, danach",
    no_commitment: "
        ich werde sehen, ich werde sein, ich werde sagen, ich werde nie, ich werde wahnsinnig,
        ich werde oft, lass uns sehen, lass uns anfangen, lass uns beginnen, lass uns reden,
        lass uns darüber, kannst du mir sagen, kannst du sagen, kannst du mir erzählen,
        kannst du erzählen, kannst du beschreiben, kannst du erklären, können sie mir sagen,
        können sie beschreiben, können sie erklären, können sie erzählen, könntest du beschreiben,
        könntest du erzählen, ich frage mich, frage ich mich, ich mache mir sorgen, mache ich mir,
        bitte schön, ich spreche von, ich schreibe gerne",
    imagined: "
        sagte, gesagt, wenn, falls, vielleicht, ob, dachte, gedacht, was, wie, wer, immer, weil,
        nie, nicht, angenommen, oft, meistens, normalerweise",
    conditions: "wenn, falls",
    errands: "
        schicken, senden, schreiben, mailen, anrufen, buchen, planen, fertigstellen, abschließen,
        prüfen, vorbereiten, üben, notieren, aufschreiben, mitbringen, aktualisieren, anmelden,
        bewerben, kontaktieren, erstellen, bestellen, kaufen, absagen, delegieren, einladen,
        erinnern, veröffentlichen, organisieren, blockieren, teilen, fragen, unterschreiben,
        lesen, sprechen, reden, vorstellen, treffen, melden, klären, schicke, sende, schreibe,
        rufe, spreche, frage, buche, bereite, kümmere, übernehme, melde, erstelle, ausfüllen,
        einreichen, vereinbaren, besprechen, kümmern, zuschicken, schickt, schreibt, übernimmt,
        übernehmen",
    doings: "
        machen, gehen, anfangen, versuchen, aufhören, nehmen, geben, laufen, schlafen, wählen,
        nutzen, ausprobieren, lassen, mache, starten, testen, beginnen, rausgehen",
    yes_no: "ja, nein, klar, genau, okay, ok, doch, stimmt, richtig, gut, sicher",
    no_answer: "
        weiß ich noch nicht, ich weiß noch nicht,
        ich weiß nicht, weiß ich nicht, ich weiß es nicht, weiß nicht, nicht sicher, keine ahnung,
        gute frage, muss ich nachdenken, ich muss darüber nachdenken, ich muss nachdenken,
        habe ich keine antwort, ich habe keine antwort, habe ich noch nicht",
    left_open: "
        nimm die frage, nehmen sie die frage, nimm mit, nicht beantworten,
        musst du nicht beantworten, offene frage, bis zum nächsten mal, denk darüber nach bis",
    still_unknown: "
        weiß ich noch nicht, ich weiß noch nicht,
        wissen wir noch nicht, wir wissen noch nicht,
        bleibt offen, ist noch offen, noch nicht entschieden, müssen wir noch klären,
        noch zu klären, ich habe keine antwort",
    due: Due {
        deadline: "bis, vor",
        at: "am, im, in, ab, nach, zum, um",
        joint: "
            der, die, das, den, dem, ende, anfang, mitte, des, zur, zum, uhr, unserer, meinem,
            und, oder",
        which: "diese, diesen, dieser, dieses, jeden, jede, jedes",
        next: "nächste, nächsten, nächster, nächstes, kommende, kommenden, kommender",
        day: "
            morgen, übermorgen, heute, montag, dienstag, mittwoch, donnerstag, freitag, samstag,
            sonnabend, sonntag, januar, februar, märz, april, mai, juni, juli, august, september,
            oktober, november, dezember, weihnachten, ostern, montagmorgen, freitagabend,
            donnerstagabend, sonntagabend",
        span: "
            woche, wochen, monat, monate, monats, tag, tage, tagen, wochenende, wochenendes,
            morgen, vormittag, mittag, nachmittag, abend, nacht, quartal, quartals, jahr, jahres,
            stunde, stunden",
        event: "
            sitzung, termin, treffen, gespräch, lauf, wettkampf, rennen, meeting, urlaub, session,
            mal",
        number: "zwei, drei, vier, fünf, sechs, sieben, acht, neun, zehn",
        manner: "am ende des tages, eines tages",
    },
    stem,
    ..NEUTRAL
};

/// Strips the endings of case and number.
fn stem(word: &str) -> String {
    without_ending(word, &["ern", "en", "er", "es", "em", "e", "n", "s"], 4)
}
