# Does with RT::Client::REST what the lines of its input say, each a JSON object, and answers each
# with what it gave or threw.
use strict;
use warnings;

use Error qw(:try);
use JSON::PP;
use MIME::Base64 qw(encode_base64);
use RT::Client::REST;
use RT::Client::REST::Ticket;

my $rt;
my $json = JSON::PP->new->utf8->allow_nonref->canonical;
$| = 1;

my %verbs = (
    log_in => sub {
        my ($wanted) = @_;
        $rt = RT::Client::REST->new(
            server          => $wanted->{url},
            timeout         => 120,
            user_agent_args => { keep_alive => 1 },
        );
        $rt->login( username => $wanted->{user}, password => $wanted->{password} );
        return 1;
    },
    create => sub {
        my ($wanted) = @_;
        return 0 + $rt->create( type => 'ticket', set => $wanted->{fields}, text => $wanted->{text} );
    },
    edit => sub {
        my ($wanted) = @_;
        return $rt->edit( type => 'ticket', id => $wanted->{ticket}, set => $wanted->{fields} );
    },
    change => sub {
        my ($wanted) = @_;
        my $ticket = RT::Client::REST::Ticket->new( rt => $rt, id => $wanted->{ticket} )->retrieve;
        $ticket->subject( $wanted->{subject} );
        $ticket->priority( $ticket->priority );
        $ticket->store;
        return 1;
    },
    edit_many => sub {
        my ($wanted) = @_;
        for my $number ( @{ $wanted->{tickets} } ) {
            my %set = ( Priority => $wanted->{priority} );
            $rt->edit( type => 'ticket', id => $number, set => \%set );
        }
        return 1;
    },
    load => sub {
        my ($wanted) = @_;
        my $query = "id >= $wanted->{first} AND id <= $wanted->{last}";
        my @numbers = $rt->search( type => 'ticket', query => $query, orderby => '+id' );
        my @tickets = map { $rt->show( type => 'ticket', id => $_ ) } @numbers;
        return scalar @tickets;
    },
    read => sub {
        my ($wanted) = @_;
        return $rt->show( type => 'ticket', id => $wanted->{ticket} )->{ $wanted->{field} };
    },
    comment => sub {
        my ($wanted) = @_;
        my @paths = @{ $wanted->{files} };
        # The names of files are bytes to Perl; as texts, it cannot send those of Japan.
        utf8::encode($_) for @paths;
        my %more = @paths ? ( attachments => \@paths ) : ();
        $rt->comment( ticket_id => $wanted->{ticket}, message => $wanted->{text}, %more );
        return 1;
    },
    files => sub {
        my ($wanted) = @_;
        my @files = $rt->get_attachments_metadata( id => $wanted->{ticket} );
        return { map { $_->{Filename} => $_->{id} } grep { defined $_->{Filename} } @files };
    },
    fetch => sub {
        my ($wanted) = @_;
        my $got = $rt->get_attachment(
            parent_id => $wanted->{ticket}, id => $wanted->{file}, undecoded => 1 );
        return encode_base64( $got->{Content}, '' );
    },
);

while ( my $line = <STDIN> ) {
    my $wanted = $json->decode($line);
    my $answer = eval { { given => $verbs{ $wanted->{verb} }->($wanted) } };
    if ( my $error = $@ ) {
        my $said = ref $error && $error->can('message') ? $error->message : "$error";
        $answer = { raised => ref $error || 'die', said => $said };
    }
    print $json->encode($answer), "\n";
}
