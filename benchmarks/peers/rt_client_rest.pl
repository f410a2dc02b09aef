# Does with RT::Client::REST what the lines of its input say, each a JSON object, and answers each
# with the number of tickets that it was done with.
#
#     perl rt_client_rest.pl URL USER PASSWORD
use strict;
use warnings;

use Error qw(:try);
use JSON::PP qw(decode_json);
use RT::Client::REST;

my ( $url, $user, $password ) = @ARGV;
my $client;
$| = 1;

my %verbs = (
    ready => sub { 0 },
    login => sub { login(); 0 },
    first => sub { login(); keys %{ $client->show( type => 'ticket', id => $_[0]{ticket} ) } },
    edit  => sub {
        my @edits = @{ $_[0]{edits} };
        for my $edit (@edits) {
            my %set = ( Subject => $edit->{subject}, Priority => $edit->{priority} );
            $client->edit( type => 'ticket', id => $edit->{ticket}, set => \%set );
        }
        @edits;
    },
    load => sub {
        my @tickets = map { $client->show( type => 'ticket', id => $_ ) } ids( $_[0] );
        @tickets;
    },
    related => sub {
        my @related = map {
            [ $client->get_links( type => 'ticket', id => $_ ),
                $client->get_attachments_metadata( id => $_ ) ]
        } $_[0]{first} .. $_[0]{last};
        @related;
    },
    create => sub {
        my $queue = $_[0]{queue};
        my @made  = map {
            my %set = ( Queue => $queue, Subject => $_->{subject}, Priority => $_->{priority} );
            $client->create( type => 'ticket', set => \%set, text => $_->{text} )
        } @{ $_[0]{tickets} };
        @made;
    },
);

while ( my $line = <STDIN> ) {
    my $wanted = decode_json($line);
    my $count  = $verbs{ $wanted->{verb} }->($wanted);
    print "$count\n";
}

sub login {
    $client = RT::Client::REST->new(
        server => $url, timeout => 600, user_agent_args => { keep_alive => 1 } );
    $client->login( username => $user, password => $password );
}

sub ids {
    my ($wanted) = @_;
    my $query = "id >= $wanted->{first} AND id <= $wanted->{last}";
    return $client->search( type => 'ticket', query => $query, orderby => '+id' );
}
