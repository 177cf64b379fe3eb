<?php
// Pi as the area under 4 / (1 + x²) between 0 and 1, cut into n rectangles: work for the processor, not for the network.
const MOST_RECTANGLES = 50000000; // some seconds of one core; more would only block the server

$n = filter_input(INPUT_GET, 'n', FILTER_VALIDATE_INT, ['options' => ['min_range' => 1, 'max_range' => MOST_RECTANGLES]]);
if (!is_int($n)) {
    http_response_code(400);
    header('Content-Type: text/plain; charset=utf-8');
    printf("Falta n, o no es un número entero entre 1 y %d. Por ejemplo: /pi.php?n=1000000\n", MOST_RECTANGLES);
    exit;
}

$start = hrtime(true);
$sum = 0.0;
for ($i = 0; $i < $n; $i++) {
    $x = ($i + 0.5) / $n;
    $sum += 4.0 / (1.0 + $x * $x);
}
$seconds = (hrtime(true) - $start) / 1e9;
?>
<html>
<body>
<?php
printf('<br>Calculo de PI<br><br>La cte. PI con n= %d es igual a %f<br>', $n, $sum / $n);
printf('Tiempo de ejecucion= %.5f segundos<br>', $seconds);
printf('<br>El servidor es %s<br>', $_SERVER['SERVER_ADDR'] ?? 'Desconocido');
?>
</body>
</html>
