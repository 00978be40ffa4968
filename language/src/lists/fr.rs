//! French.

use super::pack::{Due, NEUTRAL, Pack, without_ending};

pub(super) static FR: Pack = Pack {
    code: "fr",
    stop: "
        à, ai, aie, ainsi, alors, an, ans, année, après, as, assez, au, aucun, aucune,
        aujourd'hui, auquel, aura, aussi, autre, autres, aux, avais, avait, avant, avec, avez,
        avoir, avons, ayant, bah, beaucoup, bien, bon, bonne, ça, c'est, c'était, car, ce, ceci,
        cela, celle, celles, celui, certain, ces, cet, cette, ceux, chacun, chaque, chez, chose,
        choses, combien, comme, comment, contre, crois, d'abord, d'accord, d'autres, d'un, d'une,
        dans, de, déjà, depuis, derrière, des, dès, deux, devant, dire, dis, dit, dois, doit,
        donc, dont, du, durant, elle, elles, en, encore, entre, es, est, est-ce, et, étaient,
        étais, était, étant, été, être, eu, eux, faire, fais, faisait, fait, faites, faut, fois,
        font, genre, gens, heure, heures, hier, ici, il, ils, j'ai, j'aime, j'avais, j'en,
        j'étais, j'y, jamais, je, jour, jours, jusque, juste, l'a, l'on, la, là, laquelle, le,
        lequel, les, leur, leurs, lors, lui, ma, maintenant, mais, mal, malgré, me, même, mêmes,
        mes, mieux, moi, moins, mois, moment, mon, n'a, n'ai, n'est, n'y, ne, ni, non, nos, notre,
        nous, nouveau, on, ont, ou, où, oui, par, parce, parfois, parle, parler, partie, pas,
        pendant, pense, penser, personne, peu, peut, peuvent, peux, plus, plusieurs, plutôt, pour,
        pourquoi, pourrait, pouvoir, premier, première, près, presque, prendre, prends, puis,
        qu'elle, qu'est, qu'il, qu'ils, qu'on, qu'un, quand, que, quel, quelle, quelles, quelque,
        quelques, quels, qui, quoi, rien, s'est, s'il, sa, sais, sans, savoir, se, sera, serait,
        ses, seul, seulement, si, soi, soit, sommes, son, sont, sous, souvent, suis, sur, surtout,
        ta, tant, te, tel, temps, tes, toi, ton, toujours, tous, tout, toute, toutes, très, trois,
        trop, truc, trucs, tu, un, une, vais, va, vas, vers, veut, veux, voilà, voir, vois, vont,
        vos, votre, voulais, vous, vrai, vraiment, y, façon, manière, semaine, semaines, sens,
        ressens, sentir, petit, petite, grand, grande, merci, bonjour, t'as, m'a, c'",
    fillers: "
        euh, ben, bah, hein, bon, voilà, donc, alors, oui, ouais, non, ok, okay, d'accord, ah, oh,
        hm, mm, enfin, quoi, bref, super, très, bien, parfait, exactement",
    housekeeping: "
        vous m'entendez, tu m'entends, m'entendez vous, est-ce que tu m'entends,
        est-ce que vous m'entendez, on m'entend, partager mon écran, partage mon écran,
        partager l'écran, mon écran, votre écran, ton écran, en sourdine, ton micro, votre micro,
        mon micro, la caméra, l'enregistrement, on enregistre, ma connexion, ta connexion,
        bonjour à, bonjour tout, bonsoir, comment ça va, ça va bien, comment vas-tu,
        comment allez-vous, comment tu vas, content de te voir, contente de te voir, merci d'être,
        merci beaucoup, merci à tous, merci d'avoir, au revoir, à bientôt, à la prochaine,
        à la semaine prochaine, bonne journée, bonne soirée, bon week-end, une seconde,
        un instant, deux secondes, bienvenue, même heure, salut",
    leaning: "
        ça, cela, c'est, il, elle, ils, elles, et, mais, ou, parce, qui, que, donc, aussi, celui,
        celle, ce",
    pointing: "
        ça, cela, ceci, c'est, il, elle, ils, elles, là, ici, lui, leur, y, en, chose, choses,
        truc",
    unfinished: "
        le, la, les, un, une, des, de, du, à, au, aux, en, avec, pour, par, et, ou, mais, parce,
        que, si, mon, ma, mes, est, très, comme, je, on",
    insight: "
        je me rends compte, je me suis rendu compte, je réalise, j'ai réalisé, je remarque,
        j'ai remarqué, j'ai appris, j'ai compris, je comprends maintenant, il s'avère,
        la vérité c'est, la vérité est, au fond, ce qui compte, ce qui est important, le plus dur,
        le plus difficile, j'ai peur, ça me fait peur, j'évite, pour la première fois, le schéma,
        je suis fier, je suis fière, le vrai problème, il ne s'agit pas, ce dont j'ai besoin,
        je me sens coupable, un soulagement, je culpabilise",
    goal: "
        mon objectif, notre objectif, l'objectif, mon but, le but, j'aimerais, je voudrais,
        j'espère, je souhaite, me concentrer sur, le plus utile",
    decision: "
        j'ai décidé, nous avons décidé, on a décidé, je décide de, la décision est,
        ma décision est, on est d'accord, nous sommes d'accord, nous avons convenu, on a convenu,
        c'est décidé, je choisis, j'ai choisi, on a choisi, à partir de maintenant, dorénavant,
        désormais, je vais arrêter, on part sur, on va partir sur",
    undecided: "
        n'ai pas décidé, n'a pas décidé, pas encore, si j'ai décidé, il y a des années,
        quand j'étais",
    proposal: "
        je propose, on pourrait, on va, nous allons, partons sur, faisons, laissons, gardons,
        je suggère, ma proposition",
    resolution: "
        je propose, partons sur, faisons, laissons, gardons, on part sur, donc on va, alors on va",
    closing: "
        autre chose, d'autres questions, point suivant, sujet suivant, prochain point,
        prochain sujet, dernier point, dernier sujet, passons à, passons au",
    assent: "
        d'accord, ça marche, ça me va, très bien, parfait, bonne idée, avec plaisir, bien sûr,
        entendu, absolument, tout à fait, faisons ça, je suis d'accord",
    takes_on: "
        je le fais, je le ferai, je vais le faire, je m'en occupe, je m'en charge, compte sur moi,
        je vais, c'est noté",
    decline: "
        non, je ne peux pas, je peux pas, je préfère pas, je préfère ne pas, je ne pense pas,
        je ne veux pas, pas vraiment",
    i_will: "
        je vais, je m'engage à, je promets, je ferai, j'enverrai, j'écrirai, j'appellerai,
        je parlerai, je demanderai, je préparerai, je terminerai, je t'envoie, je vous envoie,
        je t'écris, je vous écris, je t'appelle, je vous appelle, je m'occupe de, je me charge de,
        ma tâche est",
    i_intend: "
        je compte, je prévois de, j'ai l'intention de, ma prochaine étape est,
        ma première étape est, j'essaierai, je veux essayer",
    i_can: "je peux, je pourrais, je dois, il faut que je, j'ai besoin de",
    will_you: "
        peux-tu, pouvez-vous, pourrais-tu, pourriez-vous, tu peux, tu pourrais, vous pouvez,
        vous pourriez, est-ce que tu peux, est-ce que tu pourrais, est-ce que vous pouvez,
        est-ce que vous pourriez, ce serait bien si, ce serait bien que, ce serait super si,
        n'hésitez pas à, n'hésite pas à, tout le monde devrait, je te demande de,
        je vous demande de, je t'invite à, je vous invite à, s'il te plaît, s'il vous plaît,
        peux tu, pouvez vous, pourrais tu, pourriez vous",
    we_will: "on va, nous allons, on se voit, on doit, il faut qu'on, on se rappelle, on devrait",
    they_will: "va, doit, devrait, enverra, écrira, fera",
    and: "et, mais, puis, ou, donc",
    future,
    no_commitment: "
        je vais être, je vais dire, je vais vous dire, je vais te dire, je vais partager,
        je vais voir, je vais bien, je vais mieux, on va voir, on va commencer, on va parler,
        on va dire, tu peux me dire, tu peux dire, tu peux décrire, tu peux raconter,
        tu peux expliquer, tu peux me raconter, peux-tu me dire, peux-tu me raconter,
        peux-tu décrire, peux-tu expliquer, pouvez-vous me dire, pouvez-vous expliquer,
        peux tu me dire, je vais te demander, je vais vous demander, je compte sur",
    imagined: "
        dit, ne, si, quand, peut-être, pensais, imagine, quoi, comment, qui, toujours, parce, pas,
        jamais, croyais",
    conditions: "si, s'il",
    errands: "
        envoyer, renvoyer, apporter, acheter, informer, avertir, répondre, remplir, valider,
        confirmer, téléphoner, rencontrer, discuter, rendre, imprimer, expliquer, aider, proposer,
        écrire, appeler, réserver, planifier, terminer, finir, relire, revoir, préparer,
        pratiquer, noter, apporter, inscrire, contacter, créer, commander, acheter, annuler,
        déléguer, inviter, rappeler, compléter, publier, organiser, bloquer, partager, demander,
        signer, lire, parler, présenter, faire, t'envoyer, vous envoyer, t'écrire, t'appeler,
        enverrai, écrirai, appellerai, parlerai, demanderai, préparerai, terminerai, ferai,
        t'envoie, envoie, écris, appelle, m'envoyer, m'écrire, m'appeler, lui, chercher, vérifier,
        transmettre, rédiger",
    doings: "
        aller, commencer, essayer, arrêter, mettre, prendre, donner, courir, dormir, sortir,
        choisir, utiliser, ajouter, marcher, laisser, garder",
    yes_no: "oui, ouais, non, si, exactement, ok, okay, d'accord, parfait, bien",
    no_answer: "
        je ne sais pas, je sais pas, pas sûr, pas sûre, aucune idée, bonne question,
        je dois réfléchir, il faut que je réfléchisse, je n'ai pas de réponse, je n'y ai pas pensé",
    left_open: "
        reste avec, restez avec, emporte, ne réponds pas, ne répondez pas, sans répondre,
        question ouverte, jusqu'à la prochaine, réfléchis-y",
    still_unknown: "
        je ne sais pas encore, je ne sais toujours pas, on ne sait pas encore, reste ouverte,
        reste ouvert, pas encore décidé, reste à décider, je n'ai pas de réponse",
    due: Due {
        deadline: "avant, jusqu'à, d'ici, pour",
        at: "le, en, dans, à, dès, après, au",
        joint: "le, la, les, de, du, ma, mon, notre, fin, début, l'",
        which: "ce, cette, chaque, tous, toutes",
        next: "prochain, prochaine, suivant, suivante",
        day: "
            demain, aujourd'hui, lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche,
            janvier, février, avril, juin, juillet, août, septembre, octobre, novembre, décembre,
            noël, après-demain",
        span: "
            semaine, semaines, mois, jour, jours, matin, soir, midi, après-midi, trimestre, année,
            heure, heures, week-end, mars, mai",
        event: "séance, session, réunion, course, appel, entretien, rendez-vous, vacances",
        number: "deux, trois, quatre, cinq, six, sept, huit, neuf, dix",
        manner: "à la fin de la journée, au jour le jour, de nos jours",
    },
    stem,
    ..NEUTRAL
};

/// Strips the endings of number and gender, and an elided article.
fn stem(word: &str) -> String {
    let word = ["l'", "d'", "j'", "n'", "s'", "c'", "m'", "t'", "qu'"]
        .iter()
        .find_map(|article| word.strip_prefix(article))
        .unwrap_or(word);
    without_ending(word, &["ements", "ement", "es", "s", "x", "e"], 4)
}

/// "Organiserai" is from "organiser", "écrirai" from "écrire".
fn future(word: &str) -> Vec<String> {
    let Some(stem) = word.strip_suffix("ai").filter(|stem| stem.ends_with('r')) else {
        return Vec::new();
    };
    let irregular = [
        ("enverr", "envoyer"),
        ("renverr", "renvoyer"),
        ("fer", "faire"),
        ("appeller", "appeler"),
        ("rappeller", "rappeler"),
        ("achèter", "acheter"),
        ("tiendr", "tenir"),
        ("ir", "aller"),
        ("verr", "voir"),
        ("viendr", "venir"),
    ];
    let irregular = irregular.iter().find(|(form, _)| *form == stem);
    let regular = [stem.to_owned(), format!("{stem}e")];
    regular.into_iter().chain(irregular.map(|(_, verb)| (*verb).to_owned())).collect()
}
