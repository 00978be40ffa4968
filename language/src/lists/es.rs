//! Spanish.

use super::pack::{Due, NEUTRAL, Pack, without_ending};

pub(super) static ES: Pack = Pack {
    code: "es",
    stop: "
        a, al, algo, alguien, algún, alguna, algunas, alguno, algunos, allá, allí, ante, antes,
        aquel, aquella, aquí, así, aún, aunque, bajo, bastante, bien, bueno, buena, cada, casi,
        como, cómo, con, conmigo, contigo, contra, cosa, cosas, creo, cual, cuál, cuales,
        cualquier, cuando, cuándo, cuanto, cuánto, da, dar, de, debe, debo, decir, del, demás,
        dentro, desde, después, dice, dije, dijo, donde, dónde, dos, durante, e, el, él, ella,
        ellas, ellos, en, encima, entonces, entre, era, eran, eres, es, esa, esas, ese, eso, esos,
        esta, está, estaba, estaban, estado, estamos, están, estar, estas, estás, este, esto,
        estos, estoy, fin, forma, fue, fueron, gente, gran, grande, ha, haber, había, hace, hacer,
        haces, hacia, haciendo, hago, han, has, hasta, hay, haya, he, hecho, hemos, hice, hizo,
        hora, horas, hoy, igual, ir, iba, jamás, junto, la, las, le, les, lo, los, luego, lugar,
        mañana, más, mas, me, mejor, menos, mes, meses, mi, mí, mía, mientras, mío, mis, misma,
        mismo, momento, mucha, muchas, mucho, muchos, muy, nada, nadie, ni, ninguna, ninguno, no,
        nos, nosotros, nuestra, nuestro, nuestros, nueva, nuevo, nunca, o, os, otra, otras, otro,
        otros, para, parece, parte, pero, persona, personas, poco, poca, podemos, poder, podría,
        por, porque, porqué, primero, primera, pude, puede, pueden, puedes, puedo, pues, que, qué,
        quien, quién, quiere, quieres, quiero, quizá, quizás, realmente, sé, se, sea, según,
        seguro, semana, semanas, sentir, ser, sería, si, sí, sido, siempre, siendo, siento, sin,
        sino, sobre, sola, solo, sólo, somos, son, soy, su, sus, suya, suyo, tal, también,
        tampoco, tan, tanta, tanto, te, tener, tenemos, tengo, tenía, ti, tiempo, tiene, tienen,
        tienes, toda, todas, todavía, todo, todos, tres, tu, tú, tus, tuve, tuvo, un, una, unas,
        uno, unos, usted, ustedes, va, vamos, van, vas, veces, ver, verdad, vez, voy, y, ya, yo,
        día, días, año, años, minuto, minutos, gracias, hola, favor, tema, manera, cierto, claro,
        digo, dicho",
    fillers: "
        eh, em, este, pues, bueno, vale, ok, okay, sí, no, ya, claro, ah, oh, mm, mmm, ajá, o sea,
        oye, mira, genial, perfecto, bien, entonces, exacto",
    housekeeping: "
        me oyes, me escuchas, me oyen, me escuchan, se me oye, se me escucha, se oye, se escucha,
        me ves, ves mi pantalla, compartir pantalla, compartir mi pantalla, comparto pantalla,
        en silencio, en mute, silenciado, silenciada, buenos días, buenas tardes, buenas noches,
        qué tal, cómo estás, cómo están, cómo te va, encantado de, encantada de,
        me alegro de verte, gracias por venir, muchas gracias, gracias por tu tiempo, nos vemos,
        hasta luego, hasta pronto, hasta la próxima, adiós, chao, un segundo, un momento,
        dame un segundo, la grabación, estamos grabando, mi conexión, tu conexión, el micrófono,
        la cámara, bienvenido, bienvenida, bienvenidos, que tengas, cuídate, misma hora",
    leaning: "
        eso, esto, esa, ese, lo, él, ella, ellos, ellas, y, pero, o, porque, que, pues, también,
        así",
    pointing: "
        eso, esto, esa, ese, esta, este, ello, él, ella, ellos, ellas, ahí, allí, lo, le, cosa,
        cosas, algo",
    unfinished: "
        el, la, los, las, un, una, de, del, a, al, en, con, por, para, y, o, pero, porque, que,
        si, mi, tu, su, es, muy, como",
    insight: "
        me doy cuenta, me di cuenta, me he dado cuenta, he notado, noto que, he aprendido,
        aprendí, resulta que, la verdad es, en el fondo, lo que importa, lo importante es,
        lo más difícil, me da miedo, tengo miedo de, tengo miedo a, he estado evitando, evito,
        nunca lo había, por primera vez, el patrón, estoy orgulloso, estoy orgullosa,
        el problema real, el verdadero problema, no se trata de, se trata de, lo que necesito,
        me siento culpable, un alivio, ahora entiendo, ahora veo",
    goal: "
        mi objetivo, nuestro objetivo, el objetivo, mi meta, la meta, me gustaría, quisiera,
        espero que, quiero salir de, quiero trabajar, lo más útil, centrarme en, enfocarme en",
    decision: "
        he decidido, hemos decidido, decidí, decidimos, la decisión es, mi decisión es,
        quedamos en, hemos quedado en, hemos acordado, acordamos, está decidido, elijo,
        he elegido, a partir de ahora, desde ahora, de ahora en adelante, voy a dejar de,
        voy a decir que no, nos quedamos con, vamos con",
    undecided: "
        no he decidido, no hemos decidido, todavía no, aún no, si decido, si decidimos, hace años,
        cuando era",
    proposal: "
        vamos a, propongo, podemos hacer, hagamos, dejemos, hagámoslo, quedemos, mi propuesta es,
        sugiero que",
    resolution: "
        propongo, hagamos, hagámoslo, dejemos, dejémoslo, quedemos, entonces vamos a,
        entonces hacemos, entonces quedamos",
    closing: "
        algo más, alguna otra, siguiente punto, siguiente tema, próximo punto, próximo tema,
        último punto, último tema, pasemos a, pasamos a",
    assent: "
        de acuerdo, me parece bien, me parece perfecto, suena bien, perfecto, por supuesto,
        claro que sí, con mucho gusto, hecho, trato hecho, hagámoslo",
    takes_on: "lo haré, lo hago, yo lo hago, me encargo, yo me encargo, cuenta conmigo, voy a",
    decline: "no, no puedo, prefiero no, no quiero, no creo",
    i_will: "
        voy a, me comprometo a, prometo, haré, enviaré, mandaré, escribiré, llamaré, hablaré,
        preguntaré, revisaré, prepararé, reservaré, pediré, terminaré, buscaré, empezaré,
        te envío, te mando, te escribo, te llamo, le escribo, le envío, le mando, me encargo de,
        mi tarea es",
    i_intend: "
        pienso, tengo pensado, planeo, mi próximo paso es, mi primer paso es, intentaré,
        quiero intentar",
    i_can: "puedo, podría, tengo que, debo, necesito",
    will_you: "
        puedes, podrías, puede usted, podría usted, me puedes, me podrías, te pido que,
        quiero que, te invito a, estaría bien que, sería bueno que, sería genial que,
        todos deberían, por favor, tu tarea es, te importaría",
    we_will: "vamos a, nos vemos, quedamos, hablamos, tenemos que, deberíamos",
    they_will: "va a, tiene que, debería, enviará, escribirá, hará",
    and: "y, e, pero, luego, después, o, entonces",
    future,
    no_commitment: "
        voy a ser, voy a decir, voy a decirte, voy a compartir, voy a ver, voy a estar,
        vamos a ver, vamos a empezar, vamos a hablar, vamos a decir, puedes contar,
        puedes contarme, puedes decirme, puedes decir, puedes explicar, puedes describir,
        podrías contarme, podrías decirme, podrías describir, podrías explicar, pienso que,
        te voy a preguntar, quiero que sepas",
    imagined: "
        dijo, dije, dice, si, cuando, quizás, quizá, tal, pensé, creía, imagina, qué, cómo, quién,
        siempre, porque, no, nunca",
    conditions: "si",
    errands: "
        enviar, mandar, escribir, llamar, reservar, agendar, programar, terminar, revisar,
        preparar, practicar, anotar, apuntar, traer, actualizar, inscribirme, solicitar,
        contactar, crear, pedir, comprar, cancelar, delegar, invitar, recordar, registrar,
        completar, publicar, organizar, bloquear, compartir, preguntar, firmar, leer, hablar,
        presentar, hacer, enviarte, mandarte, escribirte, llamarte, escribirle, llamarle,
        llamarlo, llamarla, enviarle, mandarle, decirle, preguntarle, pedirle, enviaré, mandaré,
        escribiré, llamaré, hablaré, preguntaré, revisaré, prepararé, reservaré, pediré,
        terminaré, buscaré, envío, mando, escribo, llamo, enviarme, mandarme, escribirme,
        llamarme, haré, contarle, buscar, entregar, quedar, reunirme",
    doings: "
        ir, empezar, intentar, dejar, poner, tomar, dar, correr, dormir, salir, probar, elegir,
        usar, añadir, empezaré, intentaré, caminar, descansar",
    yes_no: "sí, si, no, claro, vale, exacto, correcto, ok, okay, perfecto",
    no_answer: "
        no lo sé, no sé, no estoy seguro, no estoy segura, ni idea, buena pregunta,
        tengo que pensarlo, necesito pensarlo, no tengo respuesta, no lo he pensado",
    left_open: "
        quédate con, llévate, no respondas, sin responder, pregunta abierta, hasta la próxima,
        piénsalo hasta",
    still_unknown: "
        todavía no sé, aún no sé, todavía no sabemos, aún no sabemos, queda abierto,
        queda abierta, no he decidido, no hemos decidido, falta decidir, no tengo respuesta",
    due: Due {
        deadline: "antes, hasta, para",
        at: "el, en, desde, dentro, después, a",
        joint: "el, la, los, de, del, mi, nuestra, fin, finales, principios, por, a, las, que",
        which: "este, esta, cada, todos, todas",
        next: "próximo, próxima, viene, siguiente",
        day: "
            mañana, hoy, lunes, martes, miércoles, jueves, viernes, sábado, domingo, enero,
            febrero, marzo, abril, mayo, junio, julio, agosto, septiembre, octubre, noviembre,
            diciembre, navidad",
        span: "
            semana, semanas, mes, meses, día, días, tarde, noche, mediodía, trimestre, año, hora,
            horas, fin",
        event: "sesión, reunión, carrera, llamada, entrevista, vacaciones",
        number: "dos, tres, cuatro, cinco, seis, siete, ocho, nueve, diez",
        manner: "al fin y al cabo, al final del día, hoy en día, hoy por hoy",
    },
    stem,
    ..NEUTRAL
};

/// Strips the endings of number and gender.
fn stem(word: &str) -> String {
    without_ending(word, &["es", "os", "as", "s", "o", "a", "e"], 4)
}

/// "Enviaré" is from "enviar"; "preparé" is the past of "preparar".
fn future(word: &str) -> Vec<String> {
    let infinitive = word.strip_suffix('é').filter(|stem| stem.ends_with('r'));
    let regular = infinitive.map(str::to_owned);
    let irregular =
        [("haré", "hacer"), ("pondré", "poner"), ("diré", "decir"), ("tendré", "tener")];
    let irregular = irregular.iter().find(|(form, _)| *form == word);
    regular.into_iter().chain(irregular.map(|(_, verb)| (*verb).to_owned())).collect()
}
