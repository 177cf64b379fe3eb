# What the installed ldirectord makes of the real servers of an ldirectord.cf: it reads the file and checks each once, with
# nothing done to a table. Prints "up" or "down" for each, in the order of the file.
use strict;
use warnings;

my ($program, $file) = @ARGV;
@ARGV = ();
our $verdict;

sub source {
	open(my $handle, '<', $program) or die "$program: $!";
	my $text = do { local $/; <$handle> };
	# All but its main program, and the function that would change the table.
	$text =~ s/^unless\(defined\(\$ENV\{'PERLIO'\}\)\).*?^(?=sub ld_init$)//ms or die "no main program found";
	$text =~ s/^sub service_set$/sub original_service_set/m or die "no service_set found";
	return "no warnings;\n$text\nsub service_set { \$main::verdict = \$_[2]; }\n1;\n";
}

# In a function of its own: an empty pattern means the last one that matched here.
eval source() or die $@;

package main;
our ($CONFIG, @VIRTUAL);
no strict;
$CONFIG = $file;
read_config();
ld_setup();
for my $v (@VIRTUAL) {
	for my $r (@{ $v->{real} }) {
		$verdict = 'none';
		_check_real($v, $r);
		print "$verdict\n";
	}
}
