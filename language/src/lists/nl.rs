//! Dutch.

use super::pack::{Due, NEUTRAL, Pack};

pub(super) static NL: Pack = Pack {
    code: "nl",
    stop: "
        aan, al, alle, alleen, als, altijd, andere, ben, best, bij, daar, dan, dat, de, deze,
        die, dit, doe, doen, door, dus, echt, een, eens, en, er, even, gaan, gaat, geen, goed,
        had, heb, hebben, heeft, heel, hem, het, hier, hij, hoe, hun, ik, in, is, ja, jaar, je,
        jij, jou, jouw, kan, komen, komt, kun, kunnen, maar, me, meer, meestal, men, met, mij,
        mijn, moest, moet, moeten, na, naar, nee, niet, niets, nog, nu, of, om, omdat, ons,
        onze, ook, op, over, te, tegen, toch, toen, tot, u, uit, uw, van, veel, voor, waar,
        want, waren, was, wat, we, weer, wel, werd, wie, wij, wil, willen, wordt, worden, zal,
        ze, zei, zelf, zich, zij, zijn, zo, zonder, zou, iets, heel, gewoon, dingen, ding, week,
        tijd, keer, dag, bedankt, hallo, hoi",
    fillers: "
        eh, ehm, uh, uhm, hm, mm, ah, oh, nou, ja, nee, ok, oké, okay, goed, dus, zeg maar,
        precies, prima, zeker, mooi",
    housekeeping: "
        kun je me horen, hoor je me, horen jullie me, mijn scherm, scherm delen, op mute,
        de microfoon, goedemorgen, goedemiddag, goedenavond, hoe gaat het, hoe is het,
        bedankt voor, dank je wel, tot ziens, tot de volgende, fijne dag, fijn weekend,
        een momentje, welkom, zelfde tijd",
    leaning: "dat, dit, hij, zij, ze, het, en, maar, of, omdat, die, ook, dus",
    pointing: "dat, dit, hij, zij, ze, het, daar, hier, die, iets",
    unfinished: "
        de, het, een, van, aan, in, op, met, voor, en, of, maar, omdat, dat, als, mijn, is,
        heel, zoals, om, te, ik",
    insight: "
        ik besef, ik realiseer me, ik merk, ik heb gemerkt, ik heb geleerd, ik zie nu,
        ik begrijp nu, eigenlijk gaat het, het echte probleem, ik ben bang, voor het eerst,
        ik ben trots, het moeilijkste is, een opluchting, wat ik nodig heb",
    goal: "
        mijn doel, ons doel, het doel, ik zou graag, ik hoop dat, ik wil graag",
    decision: "
        ik heb besloten, we hebben besloten, heb ik besloten, hebben we besloten,
        het besluit is, mijn besluit, ik kies ervoor, ik heb gekozen, we hebben afgesproken,
        dat is afgesproken, vanaf nu, ik stop met",
    undecided: "niet besloten, nog niet, als ik heb besloten, jaren geleden, toen ik",
    proposal: "ik stel voor, we kunnen, laten we, zullen we",
    resolution: "ik stel voor, laten we, dus laten we",
    closing: "verder nog, volgende punt, laatste punt, volgende onderwerp",
    assent: "
        akkoord, afgesproken, goed idee, prima, is goed, klinkt goed, dat is goed, graag, zeker,
        natuurlijk",
    takes_on: "doe ik, ik doe het, ik regel het, ik zorg ervoor, dat doe ik, ik zal",
    decline: "
        nee, dat kan niet, ik kan niet, liever niet, ik denk het niet, ik wil niet",
    i_will: "
        ik zal, ik ga, zal ik, ga ik, ik beloof, ik stuur, ik mail, ik bel, ik schrijf,
        ik vraag, ik bereid, ik regel, ik maak, ik plan, ik boek, ik zorg, stuur ik, mail ik,
        bel ik, schrijf ik, vraag ik, regel ik, maak ik, plan ik, mijn taak is",
    i_intend: "
        ik ben van plan, ik neem me voor, mijn volgende stap is, ik wil proberen, ik probeer",
    i_can: "ik kan, ik moet, ik zou, kan ik",
    will_you: "
        kun je, kan je, kunt u, zou je, zou u, wil je, wilt u, alsjeblieft, alstublieft,
        jouw taak is, ik vraag je",
    we_will: "we gaan, laten we, we spreken, we moeten, we zullen",
    they_will: "zal, gaat, moet, stuurt, schrijft, maakt",
    no_commitment: "
        ik zal zien, ik zal zijn, ik zal zeggen, ik ga zitten, ik ga vaak, laten we beginnen,
        laten we kijken, kun je me vertellen, kun je vertellen, kun je beschrijven,
        kun je uitleggen, zou je kunnen beschrijven, zou je kunnen vertellen, ik vraag me,
        vraag ik me, ik vraag mij, ik moet zeggen, wil je vertellen",
    imagined: "
        zei, gezegd, als, misschien, of, dacht, gedacht, wat, hoe, wie, altijd, omdat, nooit,
        niet, stel, vaak, meestal, wanneer",
    conditions: "als, wanneer",
    errands: "
        sturen, mailen, schrijven, bellen, boeken, plannen, afmaken, controleren, voorbereiden,
        oefenen, noteren, opschrijven, meenemen, bijwerken, aanmelden, contacteren, maken,
        bestellen, kopen, annuleren, delegeren, uitnodigen, herinneren, publiceren, organiseren,
        blokkeren, delen, vragen, tekenen, lezen, praten, spreken, presenteren, afspreken,
        regelen, bespreken, opsturen, invullen, inleveren, zoeken, stuur, mail, bel, schrijf,
        vraag, regel, maak, plan, boek, stuurt, schrijft",
    doings: "
        doen, gaan, beginnen, proberen, stoppen, nemen, geven, lopen, slapen, kiezen, gebruiken,
        laten, wandelen",
    yes_no: "ja, nee, zeker, precies, oké, ok, okay, klopt, goed, prima",
    no_answer: "
        weet ik nog niet, ik weet nog niet,
        ik weet het niet, weet ik niet, geen idee, goede vraag, daar moet ik over nadenken,
        ik moet nadenken",
    left_open: "neem die vraag mee, niet beantwoorden, open vraag, denk erover na tot",
    still_unknown: "
        weet ik nog niet, ik weet nog niet,
        we weten nog niet, blijft open, nog niet besloten",
    and: "en, maar, dan, of, daarna, dus",
    verb_within: 12,
    due: Due {
        deadline: "voor, tot, vóór, uiterlijk",
        at: "op, in, om, na, vanaf, aan, over",
        joint: "de, het, van, eind, einde, begin, midden, uur, onze, mijn, en",
        which: "deze, dit, elke, iedere, ieder, elk",
        next: "volgende, volgend, komende, komend, aanstaande",
        day: "
            morgen, overmorgen, vandaag, vanavond, vanmiddag, maandag, dinsdag, woensdag, donderdag,
            vrijdag, zaterdag, zondag, januari, februari, maart, april, mei, juni, juli, augustus,
            september, oktober, november, december, kerst, pasen, maandagochtend, vrijdagavond",
        span: "
            week, weken, maand, maanden, dag, dagen, ochtend, middag, avond, nacht, kwartaal, jaar,
            uur, uren, weekend",
        event: "
            sessie, vergadering, gesprek, afspraak, race, wedstrijd, vakantie, keer, bijeenkomst",
        number: "twee, drie, vier, vijf, zes, zeven, acht, negen, tien",
        manner: "aan het einde van de dag, op een dag",
    },
    ..NEUTRAL
};
