# What the installed ldirectord runs as its fallbackcommand: it reads an ldirectord.cf, takes its first service, and is told of each
# step that a server came up or went down (1+, 2-, …). Prints the command's arguments, a line for each step.
use strict;
use warnings;

my ($program, $file, @steps) = @ARGV;
@ARGV = ();
our @ran;

sub source {
	open(my $handle, '<', $program) or die "$program: $!";
	my $text = do { local $/; <$handle> };
	$text =~ s/^unless\(defined\(\$ENV\{'PERLIO'\}\)\).*?^(?=sub ld_init$)//ms or die "no main program found";
	$text =~ s/^sub system_wrapper$/sub original_system_wrapper/m or die "no system_wrapper found";
	$text =~ s/^sub ld_log$/sub original_ld_log/m or die "no ld_log found";
	my $noted = 'push @main::ran, "$1" if $_[0] =~ m{^/bin/tell (.*)}; 0';
	return "no warnings;\n$text\nsub system_wrapper { $noted }\nsub ld_log { }\n1;\n";
}

eval source() or die $@;

package main;
our ($CONFIG, @VIRTUAL);
no strict;
$CONFIG = $file;
read_config();
ld_setup();
my $service = $VIRTUAL[0];
fallback_on($service);
print join(', ', @ran), "\n";
for my $step (@steps) {
	@ran = ();
	my ($number, $sign) = $step =~ /^(\d+)([+-])$/;
	my $real = $service->{real}[$number - 1];
	service_set($service, $real, $sign eq '+' ? 'up' : 'down', { force => 1 });
	print join(', ', @ran), "\n";
}
