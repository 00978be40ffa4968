//! Portuguese.

use super::pack::{Due, NEUTRAL, Pack, without_ending};

pub(super) static PT: Pack = Pack {
    code: "pt",
    stop: "
        a, à, acho, agora, aí, ainda, algo, alguém, algum, alguma, algumas, alguns, ali, ano,
        anos, antes, ao, aos, apenas, aquela, aquele, aquilo, aqui, as, às, assim, até, bastante,
        bem, boa, bom, cada, casa, coisa, coisas, com, como, comigo, contra, conta, da, daí, dar,
        das, de, dela, dele, deles, demais, dentro, depois, desde, dessa, desse, desta, deste,
        deve, dia, dias, disse, disso, dizer, do, dois, dos, duas, durante, e, é, ela, elas, ele,
        eles, em, então, entre, era, eram, essa, essas, esse, esses, esta, está, estamos, estão,
        estar, estas, estava, estavam, este, estes, estou, eu, existe, fala, falar, falei, faz,
        fazendo, fazer, fez, fica, ficar, fiz, foi, foram, for, fora, forma, gente, grande, há,
        haver, havia, hoje, hora, horas, ia, ir, isso, isto, já, jeito, lá, lado, lhe, lhes, lo,
        logo, mais, mas, me, meio, melhor, menos, mês, meses, mesma, mesmo, meu, meus, mim, minha,
        minhas, minuto, minutos, momento, muita, muitas, muito, muitos, na, nada, não, nas, nem,
        nenhum, nenhuma, nessa, nesse, nesta, neste, ninguém, no, nos, nós, nossa, nosso, nova,
        novo, num, numa, nunca, o, onde, ou, outra, outras, outro, outros, para, parece, parte,
        pela, pelo, pessoa, pessoas, pode, podem, poder, podia, pois, por, porque, posso, pouco,
        pra, primeira, primeiro, pro, qual, qualquer, quando, quanto, quase, que, quê, quem, quer,
        quero, realmente, sabe, são, se, sei, seja, sem, semana, semanas, sempre, sendo, sentir,
        sinto, ser, será, seria, seu, seus, si, sim, sido, só, sobre, sou, sua, suas, tá, tal,
        talvez, também, tanto, tão, tava, te, tem, têm, temos, tempo, tenho, ter, teu, tinha,
        tipo, tive, teve, toda, todas, todo, todos, três, tu, tua, tudo, um, uma, umas, uns, vai,
        vamos, vão, várias, vários, vejo, ver, verdade, vez, vezes, você, vocês, vou, obrigado,
        obrigada, oi, olá, favor, amanhã, ontem, claro, certo, né",
    fillers: "
        é, eh, hã, hum, ah, oh, né, tá, então, bom, bem, ok, okay, sim, não, tipo, assim, certo,
        claro, pois, ótimo, perfeito, beleza, exato",
    housekeeping: "
        me ouve, me ouvem, está me ouvindo, estão me ouvindo, consegue me ouvir,
        conseguem me ouvir, dá para ouvir, ver minha tela, minha tela, compartilhar a tela,
        compartilhar minha tela, partilhar o ecrã, o meu ecrã, no mudo, seu microfone,
        meu microfone, a câmera, a gravação, estamos gravando, minha conexão, sua conexão,
        bom dia, boa tarde, boa noite, tudo bem, como vai, como você está, como está, prazer em,
        bom te ver, que bom te ver, obrigado por, obrigada por, muito obrigado, muito obrigada,
        até logo, até mais, até a próxima, tchau, um segundo, um momento, só um minuto, bem-vindo,
        bem-vinda, bem-vindos, mesmo horário, mesma hora",
    leaning: "
        isso, isto, ele, ela, eles, elas, e, mas, ou, porque, que, também, aí, então, esse, essa",
    pointing: "
        isso, isto, aquilo, ele, ela, eles, elas, aí, lá, ali, aqui, esse, essa, coisa, coisas,
        algo",
    unfinished: "
        o, a, os, as, um, uma, de, do, da, em, no, na, com, por, para, pra, e, ou, mas, porque,
        que, se, meu, minha, é, muito, como, eu",
    insight: "
        eu percebo, percebi, eu percebi, me dei conta, dei-me conta, notei, tenho notado, aprendi,
        entendi que, agora entendo, acontece que, a verdade é, no fundo, o que importa,
        o importante é, o mais difícil, tenho medo, me dá medo, venho evitando, eu evito,
        pela primeira vez, o padrão, tenho orgulho, o verdadeiro problema, o problema real,
        não se trata de, trata-se de, o que eu preciso, me sinto culpado, me sinto culpada,
        um alívio",
    goal: "
        meu objetivo, o meu objetivo, nosso objetivo, o objetivo, minha meta, a meta, eu gostaria,
        gostaria de, espero que, mais útil, focar em, quero sair",
    decision: "
        eu decidi, decidi, decidimos, nós decidimos, a gente decidiu, a decisão é, minha decisão,
        combinamos, ficou combinado, concordamos, está decidido, eu escolho, escolhi,
        a partir de agora, de agora em diante, vou parar de, vou dizer não, vamos ficar com,
        fechamos",
    undecided: "não decidi, não decidimos, ainda não, se eu decidir, anos atrás, quando eu era",
    proposal: "
        eu proponho, proponho, vamos fazer, vamos usar, vamos manter, vamos deixar, vamos marcar,
        a gente pode, podemos fazer, sugiro, minha proposta",
    resolution: "
        eu proponho, proponho, vamos fazer, vamos usar, vamos manter, vamos deixar, então vamos,
        então a gente",
    closing: "
        mais alguma, alguma outra, próximo ponto, próximo tema, próximo assunto, último ponto,
        último assunto, vamos passar",
    assent: "
        combinado, de acordo, parece bom, parece ótimo, perfeito, com certeza, claro que sim,
        com prazer, fechado, concordo, boa ideia, ótimo, beleza, pode ser",
    takes_on: "eu faço, vou fazer, deixa comigo, pode deixar, eu cuido, eu vou, vou",
    decline: "não, não posso, prefiro não, não quero, acho que não",
    i_will: "
        eu vou, vou, eu prometo, prometo, me comprometo a, comprometo-me a, farei, enviarei,
        escreverei, ligarei, falarei, te mando, te envio, te escrevo, te ligo, lhe envio,
        eu mando, eu envio, eu escrevo, eu ligo, minha tarefa é",
    i_intend: "
        eu pretendo, pretendo, eu planejo, meu próximo passo é, meu primeiro passo é, vou tentar,
        quero tentar",
    i_can: "eu posso, posso, eu poderia, preciso, tenho que, devo",
    will_you: "
        você pode, você poderia, pode me, poderia me, podes, poderias, peço que, eu peço,
        convido você, seria bom se, seria ótimo se, seria bom que, todos deveriam, por favor,
        sua tarefa é, quero que você",
    we_will: "vamos, nos vemos, a gente se fala, a gente vai, temos que, precisamos, deveríamos",
    they_will: "vai, deve, tem que, precisa",
    and: "e, mas, depois, ou, então",
    future,
    no_commitment: "
        vou ser, vou dizer, vou te dizer, vou compartilhar, vou ver, vou estar, vou bem,
        vamos ver, vamos começar, vamos falar, vamos dizer, vamos lá, você pode contar,
        você pode me contar, você pode dizer, você pode me dizer, você pode explicar,
        você pode descrever, você poderia contar, você poderia me contar, você poderia descrever,
        pode me contar, pode me dizer, pode me explicar, poderia me contar, poderia me dizer,
        vou te perguntar",
    imagined: "
        disse, disseram, se, quando, talvez, pensei, achava, imagina, o que, como, quem, sempre,
        porque, não, nunca",
    conditions: "se",
    errands: "
        enviar, mandar, escrever, ligar, reservar, agendar, marcar, terminar, revisar, preparar,
        praticar, anotar, trazer, atualizar, inscrever, solicitar, contatar, criar, pedir,
        comprar, cancelar, delegar, convidar, lembrar, registrar, completar, publicar, organizar,
        bloquear, compartilhar, partilhar, perguntar, assinar, ler, falar, conversar, apresentar,
        fazer, enviarei, escreverei, ligarei, falarei, mando, envio, escrevo, ligo, farei,
        entregar, procurar, encontrar, mandar-te, enviar-te",
    doings: "
        ir, começar, tentar, parar, deixar, colocar, tomar, dar, correr, dormir, sair, escolher,
        usar, adicionar, caminhar, descansar, pegar",
    yes_no: "sim, não, claro, exato, certo, ok, okay, isso, perfeito, tá",
    no_answer: "
        não sei, eu não sei, não tenho certeza, nem ideia, não faço ideia, boa pergunta,
        preciso pensar, tenho que pensar, não tenho resposta, não pensei nisso",
    left_open: "
        fique com, leve com você, não responda, sem responder, pergunta aberta, até a próxima,
        pense nisso até",
    still_unknown: "
        ainda não sei, ainda não sabemos, continua em aberto, fica em aberto, está em aberto,
        não decidi, não decidimos, falta decidir, não tenho resposta",
    due: Due {
        deadline: "antes, até",
        at: "em, no, na, a, para, depois, dentro, daqui",
        joint: "o, a, os, as, de, do, da, meu, minha, nossa, fim, final, início, que, à",
        which: "este, esta, cada, todo, toda, todos, todas, nesta, neste",
        next: "próximo, próxima, vem, seguinte, feira",
        day: "
            amanhã, hoje, segunda, terça, quarta, quinta, sexta, sábado, domingo, janeiro,
            fevereiro, março, abril, maio, junho, julho, agosto, setembro, outubro, novembro,
            dezembro, natal",
        span: "
            semana, semanas, mês, meses, dia, dias, manhã, tarde, noite, trimestre, ano, hora,
            horas",
        event: "sessão, reunião, corrida, ligação, chamada, entrevista, férias, conversa",
        number: "dois, duas, três, quatro, cinco, seis, sete, oito, nove, dez",
        manner: "no final do dia, no fim do dia, hoje em dia",
    },
    stem,
    ..NEUTRAL
};

/// Strips the endings of number and gender.
fn stem(word: &str) -> String {
    without_ending(word, &["ões", "ão", "es", "os", "as", "s", "o", "a", "e"], 4)
}

/// "Enviarei" is from "enviar".
fn future(word: &str) -> Vec<String> {
    let infinitive = word.strip_suffix("ei").filter(|stem| stem.ends_with('r'));
    let irregular = if word == "farei" { Some("fazer") } else { None };
    infinitive.into_iter().chain(irregular).map(str::to_owned).collect()
}
